"""The nightly comparison of our orders with Creem's books. It mends nothing: what differs is written into the audit log for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from pydantic import BaseModel, Field, ValidationError, field_validator
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.models import AuditEntry, Order
from cuttingasmr.payments.money import money
from cuttingasmr.providers.creem import get_creem

ACTION, SUBJECT = "payments.compared", "creem"
EVERY = timedelta(hours=23)
MOST_PAGES = 200
MOST_SHOWN = 100
PAID = frozenset({"paid", "refunded", "partialRefund", "partially_refunded", "chargedBack", "chargeback"})
"""What Creem calls a transaction that was paid once, whatever came later, in all its spellings (providers.md §1.3)."""

log = structlog.get_logger()


class Transaction(BaseModel):
    """The part of a transaction of Creem's that is compared. Amounts in the smallest unit of their currency."""

    id: str = Field(max_length=64)
    order: str = Field(default="", max_length=64)
    status: str = Field(default="", max_length=32)
    amount_paid: int | None = None
    amount: int = 0
    refunded_amount: int = 0

    @field_validator("refunded_amount", mode="before")
    @classmethod
    def _none_is_nothing(cls, value: object) -> object:
        return 0 if value is None else value

    @field_validator("order", mode="before")
    @classmethod
    def _id(cls, value: Any) -> Any:  # noqa: ANN401 - this is where it becomes typed
        return cast("dict[str, Any]", value).get("id", "") if isinstance(value, dict) else value or ""

    @property
    def cents(self) -> int:
        """What was paid."""
        return self.amount if self.amount_paid is None else self.amount_paid


@dataclass(frozen=True)
class Difference:
    """Something that one side knows otherwise than the other."""

    what: str
    transaction: str
    order: str


async def compare() -> list[Difference]:
    """Read all of Creem's transactions, compare them with our orders, and write down what differs.

    Raises `ProviderUnavailable` when Creem's books cannot be read to their end; nothing is then written.
    """
    known: set[str] = set()
    differences: list[Difference] = []
    for page in range(1, MOST_PAGES + 1):
        items = await get_creem().transactions(page=page)
        if not items:
            break
        transactions = [found for item in items if (found := _read(item)) is not None]
        known |= {transaction.id for transaction in transactions}
        differences += await db.read(_differences, transactions=transactions)
    differences += await db.read(_unknown_to_creem, known=known)
    await db.transact(_write_down, differences=differences)
    return differences


def is_due(session: Session, *, now: datetime | None = None) -> bool:
    """Tell whether the last comparison is so long ago that it is time for another."""
    last = latest(session)
    return last is None or (now or db.utc_now()) - last.at > EVERY


def latest(session: Session) -> AuditEntry | None:
    """Give the last comparison, if there was one."""
    lines = select(AuditEntry).where(col(AuditEntry.subject) == SUBJECT, col(AuditEntry.action) == ACTION)
    return session.exec(lines.order_by(col(AuditEntry.id).desc()).limit(1)).first()


def _read(item: dict[str, Any]) -> Transaction | None:
    try:
        return Transaction.model_validate(item)
    except ValidationError:
        log.error("report.unreadable")  # noqa: TRY400 - no values in logs
        return None


def _differences(session: Session, *, transactions: list[Transaction]) -> list[Difference]:
    ids = [transaction.id for transaction in transactions]
    orders = {
        order.transaction_id: order
        for order in session.exec(select(Order).where(col(Order.transaction_id).in_(ids)))
    }
    found = [
        (transaction, orders.get(transaction.id))
        for transaction in transactions
        if transaction.status in PAID
    ]
    return [
        Difference(what, transaction.id, order.id if order else "")
        for transaction, order in found
        if (what := _difference(transaction, order))
    ]


def _difference(transaction: Transaction, order: Order | None) -> str:
    if order is None:
        return "Creem was paid, and we have no order"
    if order.paid_cents != transaction.cents:
        ours = "nothing" if order.paid_cents is None else money(order.paid_cents, order.paid_in)
        return f"Creem has {money(transaction.cents, order.paid_in)}, our order {ours}"
    if transaction.refunded_amount > order.taken_cents:
        refunded = money(transaction.refunded_amount, order.paid_in)
        return f"Creem has refunded {refunded}, our order {money(order.taken_cents, order.paid_in)}"
    return ""


def _unknown_to_creem(session: Session, *, known: set[str]) -> list[Difference]:
    paid = select(Order).where(col(Order.paid_at).is_not(None))
    return [
        Difference("our order is paid, and Creem does not know it", order.transaction_id or "", order.id)
        for order in session.exec(paid)
        if order.transaction_id not in known
    ]


def _write_down(session: Session, *, differences: list[Difference]) -> None:
    if differences:
        log.error("report.differences", count=len(differences))
    facts = {"count": len(differences), "differences": [asdict(it) for it in differences[:MOST_SHOWN]]}
    session.add(AuditEntry(actor="report", action=ACTION, subject=SUBJECT, facts=facts))
