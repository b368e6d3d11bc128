"""What Clerk tells by webhook (providers.md §3.5): checked, written down, acted on, the last two in one transaction.

Its events come twice, late and in any order, so each says nothing but what may be said at any time: an older stamp changes
nothing, and what is over stays over. Nobody gets an account here; that waits until they come themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import structlog
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Result, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from cuttingasmr import db, live
from cuttingasmr.auth import clerk_people, sessions
from cuttingasmr.errors import BadJson, BadSignature
from cuttingasmr.models import Outcome, SessionRow, WebhookEvent
from cuttingasmr.providers.clerk import SESSION_ID, USER_ID, ClerkUser
from cuttingasmr.settings import get_settings

PROVIDER = "clerk"
USER_TOLD, USER_GONE = {"user.created", "user.updated"}, "user.deleted"
SESSION_OVER, SESSION_UNFINISHED = {"session.ended", "session.removed", "session.revoked"}, "session.pending"
KEPT = ("id", "user_id", "status", "updated_at")
"""All that is kept of an event: nothing in the inbox says who somebody is."""
ADDRESS_IS_ANOTHERS = "The new e-mail address is another account's, so the old one stays."

log = structlog.get_logger()


class Event(BaseModel):
    """The envelope. What is inside may be anything."""

    id: str = Field(min_length=1, max_length=128)
    kind: str = Field(alias="type", min_length=1, max_length=64)
    data: dict[str, Any] = Field(default_factory=dict)


class _Gone(BaseModel):
    id: str = Field(pattern=USER_ID)


class _Session(BaseModel):
    id: str = Field(pattern=SESSION_ID)


async def receive(
    body: bytes, headers: Mapping[str, str], *, gone: clerk_people.Gone | None = None
) -> Outcome:
    """Accept one delivery. Returning means that it is written down; anything else makes Clerk repeat it.

    `gone` is told, in the same transaction, whose account somebody's was who has deleted themselves there. Raises `BadSignature` for what Clerk did not say, or not in the last five minutes; `BadJson` for what is no event.
    """
    if not is_genuine(body, headers, get_settings().clerk_webhook_signing_secret.get_secret_value()):
        raise BadSignature
    try:
        event = Event.model_validate({**json.loads(body), "id": headers["svix-id"]})
    except (ValueError, TypeError, RecursionError) as error:
        raise BadJson from error
    try:
        outcome, changed = await db.transact(write_down_and_act, event=event, gone=gone)
    except IntegrityError:  # somebody took the same address at the same moment; now that can be seen
        outcome, changed = await db.transact(write_down_and_act, event=event, gone=gone)
    for user_id in changed:
        live.publish(user_id)  # their open pages look who they are now
    return outcome


def is_genuine(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Check that Clerk has signed this, within five minutes of now. An empty secret proves nothing."""
    if not secret:
        return False
    names = ("id", "timestamp", "signature")
    try:
        signed = {f"webhook-{name}": headers.get(f"svix-{name}", "") for name in names}
        Webhook(secret).verify(body, signed, json_parse=False)
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError):
        return False
    return True


def write_down_and_act(
    session: Session, *, event: Event, gone: clerk_people.Gone | None = None
) -> tuple[Outcome, list[str]]:
    """Write an event into the inbox and do what it says, once; gives what was done and whose pages should hear of it."""
    kept = {name: event.data[name] for name in KEPT if isinstance(event.data.get(name), str | int)}
    if _is_about_somebody_erased(session, kept):
        kept = {}
    insert = db.insert_for(session)(WebhookEvent).values(
        provider=PROVIDER, event_id=event.id, kind=event.kind, body=kept, received_at=db.utc_now()
    )
    fresh = insert.on_conflict_do_nothing(index_elements=["provider", "event_id"]).returning(WebhookEvent)
    row = cast("Result[WebhookEvent]", session.exec(fresh)).scalar()
    if row is None:
        return Outcome.REPEATED, []
    try:
        row.outcome, row.detail, changed = _act(session, event, gone)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        row.outcome, row.detail, changed = Outcome.UNREADABLE, f"{where} is not as it should be."[:300], []
        log.error("clerk.event-unreadable", event_id=event.id, kind=event.kind, where=where)  # noqa: TRY400 - no values in logs
    session.flush()
    return Outcome(row.outcome), changed


def _is_about_somebody_erased(session: Session, kept: dict[str, str | int]) -> bool:
    names = {str(kept.get(name, "")) for name in ("id", "user_id")}
    return any(clerk_people.was_erased(session, clerk_id=name) for name in names if name)


def _act(session: Session, event: Event, gone: clerk_people.Gone | None) -> tuple[Outcome, str, list[str]]:
    if event.kind in USER_TOLD:
        return _learn(session, ClerkUser.model_validate(event.data))
    if event.kind == USER_GONE:
        user = clerk_people.forget(session, clerk_id=_Gone.model_validate(event.data).id, gone=gone)
        return Outcome.ACTED, "", [user.id] if user else []
    if event.kind in SESSION_OVER:
        over = _Session.model_validate(event.data).id
        return Outcome.ACTED, "", _end(session, over, user=event.data.get("user_id"))
    if event.kind == SESSION_UNFINISHED:
        return Outcome.ACTED, "", _pause(session, _Session.model_validate(event.data).id)
    return Outcome.IGNORED, "", []


def _learn(session: Session, person: ClerkUser) -> tuple[Outcome, str, list[str]]:
    user = clerk_people.find(session, clerk_id=person.id)
    if user is None:
        return Outcome.IGNORED, "Nobody we know yet.", []
    if person.updated_at < user.clerk_updated_ms:
        return Outcome.IGNORED, "We know newer things.", []
    is_kept = clerk_people.learn(session, user, person)
    return Outcome.ACTED, ADDRESS_IS_ANOTHERS if is_kept else "", [user.id]


def _end(session: Session, over: str, *, user: object) -> list[str]:
    """End what lives with a session at Clerk. Its account's row is held, as by a token that is being exchanged right now."""
    if isinstance(user, str):
        clerk_people.find(session, clerk_id=user)
    return sessions.end_with_clerk(session, clerk_session_id=over)


def _pause(session: Session, unfinished: str) -> list[str]:
    """End what lives with a session that must do something at Clerk first; after that its tokens are good again."""
    mine = delete(SessionRow).where(col(SessionRow.clerk_session_id) == unfinished)
    return list(session.exec(mine.returning(col(SessionRow.user_id))).scalars())
