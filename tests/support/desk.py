"""An operator at work, and what they work on."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.auth import operators
from cuttingasmr.console import acts
from cuttingasmr.console.acts import Done, Form
from cuttingasmr.console.screens import VIEWS
from cuttingasmr.console.screens.views import Query, Screen
from cuttingasmr.credits import ledger
from cuttingasmr.models import AuditEntry, User, Video
from tests.support.people import make_user, make_video


def make_operator(*, email: str = "operator@example.org") -> User:
    """Open an account whose address is its own; the settings say whether it is an operator's."""
    user_id = make_user(email=email)
    db.run(lambda session: operators.vouch_for(session, email=email))
    return user_of(user_id)


def user_of(user_id: str) -> User:
    """Read somebody's row."""
    return db.look(lambda session: session.get_one(User, user_id))


def charged_video(user_id: str, **facts: Any) -> str:
    """Write a video's row, paid for, and give its id."""

    def write(session: Session) -> str:
        video = make_video(session, user_id=user_id, **facts)
        ledger.reserve(session, user_id=user_id, video_id=video.id, credits=video.credits_used)
        return video.id

    return db.run(write)


def video_of(video_id: str) -> Video:
    """Read a video's row."""
    return db.look(lambda session: session.get_one(Video, video_id))


async def do(operator: User, act: str, subject: object, reason: str = "because", **fields: object) -> Done:
    """Do what a form of the console asks for."""
    said = {"act": act, "subject": str(subject), "reason": reason} | {
        name: str(value) for name, value in fields.items()
    }
    return await acts.do(operator, Form.of(said))


def see(view: str, **query: str) -> Screen:
    """Look at a view, at an address with this query."""
    return db.look(VIEWS[view], Query.read(query))


def ids(screen: Screen) -> list[str]:
    """Give the ids of the rows of a list."""
    return [line.id for line in screen.tables[0].table.lines]


def offered(screen: Screen) -> set[str]:
    """Give what can be done about the thing that is open."""
    return {act.name for act in screen.opened[0].acts}


def lines_about(subject: str) -> list[AuditEntry]:
    """Read what was done by hand about something, oldest first."""
    mine = select(AuditEntry).where(col(AuditEntry.subject) == subject, col(AuditEntry.reason) != "")
    return db.look(lambda session: list(session.exec(mine.order_by(col(AuditEntry.id)))))
