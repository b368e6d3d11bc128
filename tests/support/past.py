"""Writes what happened at moments of a test's own choosing, row by row, as the site would have written it then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, SQLModel

from cuttingasmr import db
from cuttingasmr.models import CreditEntry, Kind, Order, OrderState, OrderTaking, Status, User, Video
from cuttingasmr.models.columns import new_id
from cuttingasmr.payments.packages import find_package

COST, WELCOME = 10, 18


def at(day: str, time: str = "12:00") -> datetime:
    """Give a moment of UTC: `at("2026-03-02", "23:59")`."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC)


class Past:
    """Everything that has happened, kept as the rows that were written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.people: list[User] = []
        self.videos: list[Video] = []
        self.orders: list[Order] = []
        self.entries: list[CreditEntry] = []
        self.takings: list[OrderTaking] = []

    def join(self, moment: datetime) -> str:
        """Let somebody sign up, and give their id."""
        user = User(id=new_id(), email=f"{new_id()}@example.org", created_at=moment)
        self._write(user)
        self.people.append(user)
        self._enter(moment, user.id, Kind.WELCOME, user.id, WELCOME)
        return user.id

    def make(
        self,
        user_id: str,
        moment: datetime,
        status: Status = Status.COMPLETED,
        *,
        wait: float = 60,
        code: str = "",
    ) -> Video:
        """Let somebody make a video that ends after so many seconds."""
        ended = moment + timedelta(seconds=wait)
        is_back = status in {Status.FAILED, Status.CANCELED}
        is_over = is_back or status == Status.COMPLETED
        video = Video(
            id=new_id(),
            user_id=user_id,
            prompt="ice",
            status=status,
            credits_used=COST,
            credits_returned=COST if is_back else 0,
            created_at=moment,
            completed_at=ended if is_over else None,
            file_key="videos/x.mp4" if status == Status.COMPLETED else None,
            error_code=code,
        )
        self._write(video)
        self.videos.append(video)
        self._enter(moment, user_id, Kind.SPEND, video.id, -COST)
        if is_back:
            self._enter(ended, user_id, Kind.GIVE_BACK, video.id, COST)
        return video

    def lose(self, video: Video, moment: datetime) -> None:
        """Find that a finished video's file is gone: it failed, after all, and its credits come back now."""
        video.status, video.error_code, video.credits_returned = Status.FAILED, "TaskLost", COST
        self._write(video)
        self._enter(moment, video.user_id, Kind.GIVE_BACK, video.id, COST)

    def buy(
        self,
        user_id: str,
        moment: datetime,
        package: str = "starter",
        *,
        cents: int = 0,
        currency: str | None = None,
    ) -> Order:
        """Let somebody's payment be credited."""
        bought = find_package(package)
        order = Order(
            id=new_id(),
            user_id=user_id,
            package_id=package,
            credits=bought.credits,
            price_cents=bought.price_cents,
            paid_cents=cents or bought.price_cents,
            paid_currency=currency,
            state=OrderState.COMPLETED,
            paid_at=moment,
            created_at=moment,
        )
        self._write(order)
        self.orders.append(order)
        self._enter(moment, user_id, Kind.PURCHASE, order.id, bought.credits)
        return order

    def refund(self, order: Order, moment: datetime, cents: int) -> None:
        """Take money back, and its share of the credits."""
        reference, credits = new_id(), order.credits * cents // (order.paid_cents or 1)
        taking = OrderTaking(reference=reference, order_id=order.id, cents=cents, taken_at=moment)
        self._write(taking)
        self.takings.append(taking)
        self._enter(moment, order.user_id or "", Kind.CLAWBACK, reference, -credits)

    def _enter(self, moment: datetime, user_id: str, kind: Kind, reference: str, credits: int) -> None:
        entry = CreditEntry(
            user_id=user_id, kind=kind, reference=reference, credits=credits, created_at=moment
        )
        self._write(entry)
        self.entries.append(entry)

    def _write(self, row: SQLModel) -> None:
        def write(session: Session) -> None:
            session.merge(row)

        db.run(write)
