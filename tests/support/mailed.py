"""Accounts whose letters a test reads."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.auth import local
from cuttingasmr.letters import sending
from cuttingasmr.models import AuditEntry, MailedLink, SessionRow, User
from tests.support.smtp import PostOffice, Taken

PASSWORD = "correct horse battery"
OTHER = "another fine password"


@cache
def hashed() -> str:
    """Hash it once for all."""
    return local._hasher.hash(PASSWORD)


def make_account(email: str = "ada@example.org", **facts: Any) -> User:
    """Open an account with a password, without a letter."""
    user = User(email=email, name="Ada", **{"password_hash": hashed(), **facts})
    db.run(lambda session: session.add(user))
    return user


def stored(user: User) -> User:
    """Read an account as it is now."""
    return db.look(lambda session: session.get_one(User, user.id))


def sessions_of(user: User) -> int:
    """Count where somebody is signed in."""
    mine = select(SessionRow).where(col(SessionRow.user_id) == user.id)
    return len(db.look(lambda session: session.exec(mine).all()))


def lines() -> list[str]:
    """List what the audit log says."""
    return db.look(lambda session: list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id)))))


def age_links(by: timedelta) -> None:
    """Let time pass for every mailed link."""

    def age(session: Session) -> None:
        for link in session.exec(select(MailedLink)).all():
            mine = update(MailedLink).where(col(MailedLink.token_hash) == link.token_hash)
            session.exec(mine.values(expires_at=link.expires_at - by))

    db.run(age)


async def delivered(office: PostOffice, to: str) -> Taken:
    """Send what waits, and give the last letter to this address."""
    await sending.send_due()
    return office.to(to)[-1]
