"""Somebody who has done everything that can be done here, so that there is something of them everywhere; and who leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import httpx
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.auth import local, sessions
from cuttingasmr.credits import ledger
from cuttingasmr.models import (
    AuditEntry,
    Feedback,
    HdState,
    Letter,
    LetterKind,
    MailedLink,
    ModerationDecision,
    Notice,
    Order,
    OrderTaking,
    Purpose,
    Status,
    User,
    Video,
    WebhookEvent,
)
from cuttingasmr.models.columns import new_id
from cuttingasmr.people import erasing, exports
from cuttingasmr.providers.http import close_client
from cuttingasmr.storage.store import get_store
from tests.support.api import Api, Person
from tests.support.creem_says import envelope, paid, raw, refunded, signed
from tests.support.people import make_user, make_video
from tests.support.pictures import encoded
from tests.support.site import PASSWORD

WEBHOOK_SECRET = "whsec_sandbox"
WEEK = timedelta(days=8)
T = TypeVar("T")


@cache
def _hashed() -> str:
    """Hash the password once: it takes longer than a test."""
    return local._hasher.hash(PASSWORD)


def wait_for(work: Awaitable[T]) -> T:
    """Do something of ours in a loop of its own, as a chore does."""

    async def and_hang_up() -> T:
        try:
            return await work
        finally:
            await close_client()

    return asyncio.run(and_hang_up())


class Leaver:
    """One person. `words` are those that nobody else uses: none of them may be left."""

    def __init__(self, api: Api, name: str, film: bytes) -> None:
        self.api, self.word = api, f"{name}{new_id()[:8]}"
        self.email = f"{self.word}@example.org"
        self.name = f"{self.word.capitalize()} Quixotic"
        self.payer = f"payer-{self.word}@example.net"
        self.film = film + self.word.encode()
        self.id = make_user(email=self.email)
        db.run(self._introduce)
        self.http = api.browser(db.run(sessions.begin, user_id=self.id, user_agent=f"{self.word}/1.0"))
        self.person = Person(self.id, self.http)
        self.purchase: dict[str, Any] = {}

    def _introduce(self, session: Session) -> None:
        facts = {"name": self.name, "password_hash": _hashed(), "email_verified_at": db.utc_now()}
        session.get_one(User, self.id).sqlmodel_update(facts)

    @property
    def words(self) -> list[str]:
        """What must not be found any more, wherever it stood."""
        return [self.word]

    def do_everything(self) -> None:
        """Leave something of oneself everywhere."""
        self.http.post("/api/user/agreement")
        self.buy()
        self.finished = [self.keep_video(number) for number in range(3)]
        self.waiting = self.person.start(f"a queued {self.word}", key=f"key-{self.word}")
        picture = {"file": ("a.jpg", encoded(), "image/jpeg")}
        assert self.http.post("/api/pictures", files=picture).is_success
        assert self.http.post("/api/user/picture", files=picture).is_success
        assert self.http.post("/api/feedback", json={"message": f"{self.word} likes it"}).is_success
        db.run(self._write_the_rest)
        self.export()

    def buy(self) -> None:
        """Buy a package, paying with another address."""
        answer = self.http.post("/api/payments/checkout", json={"planType": "starter"})
        assert answer.status_code == 200, answer.text
        self.order = answer.json()["order_id"]
        self.purchase = paid(request_id=self.order, email=self.payer)
        self.purchase["object"]["customer"] |= {"name": self.name, "country": "AT"}
        assert self.deliver(self.purchase) == 200
        assert self.deliver(envelope("subscription.paid", {"customer": {"email": self.email}})) == 200
        assert self.deliver(envelope("checkout.completed", {"customer": {"email": self.email}})) == 200

    def keep_video(self, number: int) -> str:
        """Have a finished, paid video, with every file that one can have."""
        prompt = f"{self.word} cuts prompt {number}"
        facts = {"prompt": prompt, "title": f"Title {self.word}", "search_text": prompt}
        facts |= {"idempotency_key": f"{self.word}-{number}", "is_shared": True, "hd_note": self.word}
        facts |= {"provider_task_id": f"task-{self.word}-{number}", "notice": ""}
        video = db.run(self._paid_video, facts=facts)
        keys = {
            "file_key": f"videos/{video}.mp4",
            "poster_key": f"posters/{video}.webp",
            "preview_key": f"previews/{video}.mp4",
            "hd_key": f"videos/{video}-1080p.mp4",
        }
        for key in keys.values():
            asyncio.run(get_store().put(key, self.film))
        ready = {**keys, "hd_state": HdState.READY, "size_bytes": len(self.film)}
        db.run(lambda session: session.get_one(Video, video).sqlmodel_update(ready))
        return video

    def _paid_video(self, session: Session, *, facts: dict[str, Any]) -> str:
        prompt = facts.pop("prompt")
        video = make_video(session, user_id=self.id, status=Status.COMPLETED, **facts)
        video.prompt = prompt
        ledger.reserve(session, user_id=self.id, video_id=video.id, credits=video.credits_used)
        return video.id

    def running_video(self) -> str:
        """Have a video that is being made."""
        return db.run(self._running)

    def _running(self, session: Session) -> str:
        video = make_video(session, user_id=self.id, status=Status.RENDERING)
        video.prompt, video.provider_task_id = f"running {self.word}", new_id()
        ledger.reserve(session, user_id=self.id, video_id=video.id, credits=video.credits_used)
        return video.id

    def _write_the_rest(self, session: Session) -> None:
        user = session.get_one(User, self.id)
        user.picture_url = f"https://img.example/{self.word}"
        session.get_one(Order, self.order).checkout_url = f"https://pay.example/?e={self.word}"
        line = AuditEntry(
            actor="op", action="credits.adjusted", subject=self.id, reason=f"Called: {self.name}"
        )
        line.facts = {"credits": 0, "note": self.email}
        about = AuditEntry(actor="op", action="else", subject="x", reason=f"See {self.email.upper()}")
        unmatched = Order(package_id="starter", credits=115, price_cents=990, state="unmatched")
        unmatched.payer_email = self.email.upper()
        session.add_all((line, about, unmatched))
        session.add(OrderTaking(reference=new_id(), order_id=self.order, cents=0))
        session.add(Feedback(email=self.email.upper(), message="Said without an account."))
        session.add(Letter(kind=LetterKind.CHANGED, user_id=self.id, to_address=self.email))
        session.add(Letter(kind=LetterKind.RESET, to_address=self.email))
        link = MailedLink(token_hash=new_id(), user_id=self.id, purpose=Purpose.CHANGE, address=self.payer)
        session.add_all((link, Notice(user_id=self.id, low_told_at=db.utc_now())))
        session.add(ModerationDecision(user_id=self.id, prompt_hash="x", prompt=self.word, decision="deny"))
        session.add(
            WebhookEvent(provider="creem", event_id=new_id(), kind="x", body={"deep": [{"by": self.email}]})
        )

    def export(self) -> None:
        """Have an archive made."""
        assert self.http.get("/api/user/export-data").status_code == 202
        assert wait_for(exports.make_due()) == 1

    def delete(self, confirm: str = "DELETE", password: str = PASSWORD) -> httpx.Response:
        """Delete the account."""
        body = {"confirm": confirm, "password": password}
        return self.http.request("DELETE", "/api/user/delete-account", json=body)

    def leave(self) -> None:
        """Delete it, with success."""
        answer = self.delete()
        assert answer.status_code == 200, answer.text

    def sign_in(self) -> httpx.Client:
        """Sign in in another browser, and give that."""
        browser = self.api.browser()
        answer = browser.post("/api/auth/sign-in", json={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return browser

    def erase(self, *, after: timedelta = WEEK) -> None:
        """Let the chore do its work at a moment to come, and everything that is due at once."""
        wait_for(erasing.erase_due(now=db.utc_now() + after))

    def refund(self, cents: int = 990) -> dict[str, Any]:
        """Give the event of a refund of the purchase, with the payer in it."""
        event = refunded(self.purchase, cents)
        event["object"]["customer"] = {"id": "cust_1", "email": self.payer, "name": self.name}
        return event

    def deliver(self, event: dict[str, Any]) -> int:
        """Let Creem tell something."""
        body = raw(event)
        headers = {"creem-signature": signed(body, WEBHOOK_SECRET), "content-type": "application/json"}
        return self.api.browser().post("/api/webhooks/creem", content=body, headers=headers).status_code

    def row(self) -> User:
        """Read the account's row."""
        return db.look(lambda session: session.get_one(User, self.id))

    def videos(self) -> list[Video]:
        """Read the rows of all videos."""
        return db.look(lambda session: list(session.exec(select(Video).where(col(Video.user_id) == self.id))))
