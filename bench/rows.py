"""The rows of the stories, table by table, as text that both databases read: `None` is NULL, a moment is UTC."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

from bench.stories import COST, DAY, HOUR, MINUTE, PACKAGES, THANKS, WELCOME, Made, Stories
from cuttingasmr.generation.failures import sentence
from cuttingasmr.generation.templates import all_templates
from cuttingasmr.models import Kind

Row = dict[str, Any]

BIN = 7 * DAY
KEPT_WORDS = 30 * DAY
FIRST = [
    "ada",
    "bea",
    "cai",
    "dao",
    "eli",
    "fay",
    "gus",
    "hal",
    "ida",
    "jun",
    "kim",
    "lea",
    "max",
    "nia",
    "otto",
    "pia",
    "quy",
    "ria",
    "sam",
    "tia",
    "uma",
    "vic",
    "wei",
    "xia",
    "yan",
    "zoe",
]
LAST = [
    "abe",
    "bauer",
    "chen",
    "diaz",
    "evans",
    "fox",
    "garcia",
    "hunt",
    "ito",
    "jones",
    "khan",
    "lopez",
    "meyer",
    "novak",
    "okoye",
    "park",
    "quinn",
    "rossi",
    "silva",
    "tanaka",
]
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Firefox/144.0",
)
BANNED_EACH, BANNED = 400, 7
REFUSED_EACH = 60
"""One more prompt was refused for so many videos."""


def made_up(kind: str, number: int) -> str:
    """Give the id of the nth thing of a kind: 32 digits that look like any other."""
    return hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()


def clock(at: int | None) -> str | None:
    """Write a moment as SQLAlchemy does."""
    if at is None:
        return None
    day, rest = divmod(at, DAY)
    minutes, milliseconds = divmod(rest, MINUTE)
    return f"{_day(day)} {minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}000"


@cache
def _day(day: int) -> str:
    from datetime import date, timedelta  # noqa: PLC0415

    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


class Rows:
    """Every table of the stories; the ids of what refers to another are made alike everywhere."""

    def __init__(self, stories: Stories) -> None:
        """Get ready. The audit log is numbered first: an adjustment refers to its line."""
        self._stories = stories
        self._users = [made_up("user", number) for number in range(len(stories.joined))]
        self._videos = [made_up("video", number) for number in range(len(stories.videos))]
        self._log = sorted(self._lines(), key=lambda line: line[0])

    def users(self) -> Iterator[Row]:
        """Everybody."""
        stories = self._stories
        for number, joined in enumerate(stories.joined):
            name, family = FIRST[number % len(FIRST)], LAST[number // 7 % len(LAST)]
            yield {
                "id": self._users[number],
                "email": f"{name}.{family}{number}@example.org",
                "name": f"{name.title()} {family.title()}",
                "email_verified_at": clock(joined + MINUTE) if number % 5 else None,
                "clerk_id": f"user_{self._users[number][:24]}" if number % 2 else None,
                "is_banned": int(number % BANNED_EACH == BANNED),
                "total_credits": stories.total[number],
                "used_credits": stories.used[number],
                "created_at": clock(joined),
            }

    def sessions(self) -> Iterator[Row]:
        """One browser in two."""
        until = self._stories.until
        for number, joined in enumerate(self._stories.joined):
            if number % 2 == 0:
                seen = joined + (until - joined) * (number % 97) // 97
                yield {
                    "token_hash": made_up("session", number) * 2,
                    "user_id": self._users[number],
                    "user_agent": BROWSERS[number % len(BROWSERS)],
                    "created_at": clock(joined),
                    "last_seen_at": clock(seen),
                    "expires_at": clock(seen + 30 * DAY),
                }

    def videos(self) -> Iterator[Row]:
        """Every video; the words of those that were deleted long ago are gone."""
        prompts = [(template.id, template.ratio, template.fill({})) for template in all_templates()]
        for number, video in enumerate(self._stories.videos):
            template, ratio, words = prompts[number % len(prompts)]
            is_gone = video.deleted_at is not None and self._stories.until - video.deleted_at > BIN
            prompt = "" if is_gone else f"{words} Take {number}."
            yield {
                "id": self._videos[number],
                "user_id": self._users[video.user],
                "prompt": prompt,
                "search_text": prompt.casefold(),
                "is_favourite": int(number % 41 == 0),
                "template_id": template,
                "aspect_ratio": ratio,
                "status": video.status,
                "credits_used": COST,
                "credits_returned": COST if _came_back(video) else 0,
                "request_hash": self._videos[number] * 2,
                "provider_key": f"key{number % 3}",
                "provider_task_id": f"task_{number:08}" if video.sent_at else None,
                "submit_began_at": clock(video.sent_at),
                "rendering_at": clock(video.sent_at),
                "usual_seconds": 70,
                "usual_from": 50,
                "usual_to": 110,
                "due_at": clock(video.at),
                "created_at": clock(video.at),
                "deleted_at": clock(video.deleted_at),
                "purged_at": clock(video.deleted_at + BIN) if is_gone and video.deleted_at else None,
                **_end(video, number),
            }

    def credit_entries(self) -> Iterator[Row]:
        """Every change of a balance, in the order of time."""
        for number, (at, user, kind, reference, credits) in enumerate(sorted(self._entries()), 1):
            yield {
                "id": number,
                "user_id": self._users[user],
                "kind": kind,
                "reference": reference,
                "credits": credits,
                "created_at": clock(at),
            }

    def _entries(self) -> Iterator[tuple[int, int, str, str, int]]:
        stories = self._stories
        for user, joined in enumerate(stories.joined):
            yield joined, user, Kind.WELCOME, self._users[user], WELCOME
        for line, (at, action, user, *_) in enumerate(self._log, 1):
            if action == "credits.adjusted":
                yield at, user, Kind.ADJUSTMENT, str(line), THANKS
        for number, video in enumerate(stories.videos):
            yield video.at, video.user, Kind.SPEND, self._videos[number], -COST
            if _came_back(video):
                yield video.ended_at or 0, video.user, Kind.GIVE_BACK, self._videos[number], COST
        yield from self._of_orders()

    def _of_orders(self) -> Iterator[tuple[int, int, str, str, int]]:
        for number, order in enumerate(self._stories.orders):
            if order.user is not None and order.paid_at and order.state != "held":
                credits = PACKAGES[order.package][1]
                yield order.paid_at, order.user, Kind.PURCHASE, made_up("order", number), credits
                if order.taken_at:
                    yield order.taken_at, order.user, Kind.CLAWBACK, f"ref_{number}", -order.clawed_back

    def orders(self) -> Iterator[Row]:
        """Every order, paid or left."""
        for number, order in enumerate(self._stories.orders):
            cents, credits = PACKAGES[order.package]
            is_paid = order.paid_at is not None
            yield {
                "id": made_up("order", number),
                "user_id": None if order.user is None else self._users[order.user],
                "package_id": order.package,
                "credits": credits,
                "price_cents": cents,
                "product_id": f"prod_sandbox_{order.package}",
                "state": order.state,
                "reason": _why(order.state),
                "checkout_id": f"ch_{made_up('checkout', number)[:22]}",
                "provider_order_id": _paid_order(number) if is_paid else None,
                "transaction_id": f"tran_{made_up('paid', number)[:22]}" if is_paid else None,
                "customer_id": f"cust_{order.user}" if is_paid else None,
                "payer_email": f"payer{number}@example.org" if is_paid else "",
                "paid_cents": cents if is_paid else None,
                "taken_cents": order.taken_cents,
                "clawed_back": order.clawed_back,
                "check_at": clock(order.at + HOUR) if order.state == "pending" else None,
                "paid_at": clock(order.paid_at),
                "created_at": clock(order.at),
            }

    def webhook_events(self) -> Iterator[Row]:
        """Everything that a payment provider has said, in the order of time, with some that nobody could use."""
        events = [event for number in range(len(self._stories.orders)) for event in self._said(number)]
        for number, (at, kind, outcome, order) in enumerate(sorted(events), 1):
            is_odd = number % 2_000 == 0
            body = {
                "id": f"obj_{number}",
                "object": kind,
                "order": {"id": _paid_order(order), "currency": "USD"},
            }
            yield {
                "id": number,
                "provider": "creem",
                "event_id": f"evt_{made_up('event', number)[:22]}",
                "kind": "customer.updated" if is_odd else kind,
                "provider_order_id": _paid_order(order),
                "order_id": made_up("order", order),
                "outcome": ("ignored" if number % 4_000 else "unreadable") if is_odd else outcome,
                "body": json.dumps(body),
                "received_at": clock(at),
            }

    def _said(self, number: int) -> Iterator[tuple[int, str, str, int]]:
        order = self._stories.orders[number]
        if order.paid_at:
            outcome = order.state if order.state in {"held", "unmatched"} else "acted"
            yield order.paid_at, "checkout.completed", outcome, number
        if order.taken_at:
            kind = "dispute.created" if order.state == "disputed" else "refund.created"
            yield order.taken_at, kind, "acted", number

    def audit_log(self) -> Iterator[Row]:
        """Each act, and to whom it was done."""
        for number, (at, action, user, subject, facts) in enumerate(self._log, 1):
            by_hand = action in {"credits.adjusted", "user.banned"}
            workflow = action == "video.given-back"
            yield {
                "id": number,
                "at": clock(at),
                "actor": self._users[0] if by_hand else "workflow" if workflow else self._users[user],
                "action": action,
                "subject": subject or self._users[user],
                "reason": "thanks for the feedback" if by_hand else "",
                "facts": facts,
            }

    def _lines(self) -> Iterator[tuple[int, str, int, str, str]]:
        stories, cost = self._stories, json.dumps({"credits": COST})
        for user, (joined, thanked) in enumerate(zip(stories.joined, stories.thanked, strict=True)):
            yield joined, "user.signed-up", user, "", json.dumps({"credits": WELCOME})
            if thanked:
                yield thanked, "credits.adjusted", user, "", json.dumps({"credits": THANKS})
            if user % BANNED_EACH == BANNED:
                yield stories.until - (stories.until - joined) // 2, "user.banned", user, "", "{}"
        for number, video in enumerate(stories.videos):
            yield video.at, "video.started", video.user, self._videos[number], cost
            if _came_back(video):
                action = "video.canceled" if video.status == "canceled" else "video.given-back"
                facts = json.dumps({"credits": COST, "code": video.code}) if video.code else cost
                yield video.ended_at or 0, action, video.user, self._videos[number], facts

    def moderation_decisions(self) -> Iterator[Row]:
        """One decision for each video, and one more now and then that refused."""
        numbers = count(1)
        for number, video in enumerate(self._stories.videos):
            yield self._decision(next(numbers), number, video, "allow")
            if number % REFUSED_EACH == 0:
                yield self._decision(next(numbers), -number, video, "flag" if number % 180 else "deny")

    def _decision(self, row: int, number: int, video: Made, decision: str) -> Row:
        is_old = self._stories.until - video.at > KEPT_WORDS
        return {
            "id": row,
            "user_id": self._users[video.user],
            "prompt_hash": made_up("prompt", number) * 2,
            "prompt": None if is_old else f"A glass fruit, cut slowly. Take {number}.",
            "decision": decision,
            "is_repeat": int(number % 9 == 0),
            "decided_at": clock(video.at - 400),
        }

    def provider_keys(self) -> Iterator[Row]:
        """Three keys, one of them out of money."""
        until = self._stories.until
        for number in range(3):
            yield {
                "fingerprint": f"key{number}",
                "used_at": clock(until - number * MINUTE),
                "retired_at": clock(until - 40 * DAY) if number == 2 else None,  # noqa: PLR2004
                "retired_why": "402: no credits" if number == 2 else "",  # noqa: PLR2004
                "creates": len(self._stories.videos) // 3,
                "credits_left": 9_000 * (2 - number),
                "credits_read_at": clock(until - 5 * MINUTE),
            }


TABLES = (
    "users",
    "sessions",
    "videos",
    "orders",
    "credit_entries",
    "webhook_events",
    "audit_log",
    "moderation_decisions",
    "provider_keys",
)
"""In the order in which they refer to each other."""


def _end(video: Made, number: int) -> Row:
    if video.status == "completed":
        return {
            "completed_at": clock(video.ended_at),
            "saving_at": clock((video.ended_at or 0) - 1500),
            "file_key": f"videos/{number}.mp4",
            "poster_key": f"posters/{number}.webp",
            "preview_key": f"previews/{number}.mp4",
            "width": 1280,
            "height": 720,
            "duration_ms": 8000,
            "size_bytes": 1_900_000 + number % 700_000,
        }
    code = video.code
    failed = {"error_code": code, "error_message": sentence(code)} if code else {}
    return {"completed_at": clock(video.ended_at), **failed}


def _came_back(video: Made) -> bool:
    return video.status in {"failed", "canceled"}


def _paid_order(number: int) -> str:
    return f"ord_{made_up('paid', number)[:22]}"


def _why(state: str) -> str:
    return {"held": "Another amount was paid.", "unmatched": "Nobody we know has paid this."}.get(state, "")
