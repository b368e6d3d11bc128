"""Who runs the site: the accounts of `ADMIN_EMAILS`, once their address is verified.

An address alone proves nothing, since anybody can sign up with it. `python -m cuttingasmr.auth.operators ADDRESS`, which
takes a shell on the server, vouches for one.
"""

from __future__ import annotations

import sys

from sqlmodel import Session, col, update

from cuttingasmr import db
from cuttingasmr.errors import NotFound
from cuttingasmr.models import AuditEntry, User
from cuttingasmr.settings import get_settings


def is_operator(user: User) -> bool:
    """Tell whether somebody runs the site."""
    return is_named(user) and user.email_verified_at is not None and not user.is_banned


def is_named(user: User) -> bool:
    """Tell whether somebody's address is an operator's, be it proven theirs or not."""
    return user.email in _named()


def require_operator(user: User) -> None:
    """Let an operator pass; for anybody else there is nothing here (`NotFound`)."""
    if not is_operator(user):
        raise NotFound


def vouch_for(session: Session, *, email: str) -> None:
    """Mark an address as verified, or raise `NotFound` for one that has no account."""
    address = email.strip().lower()
    verify = update(User).where(col(User.email) == address).values(email_verified_at=db.utc_now())
    user_id = session.exec(verify.returning(col(User.id))).scalar_one_or_none()
    if user_id is None:
        raise NotFound(f"There is no account with the address {address}. Sign up with it first.")
    session.add(AuditEntry(actor="shell", action="user.vouched-for", subject=user_id))


def main(arguments: list[str]) -> int:
    """Vouch for the one address given; the exit code is 1 when that cannot be."""
    if len(arguments) != 1:
        return _say("usage: python -m cuttingasmr.auth.operators ADDRESS", code=2)
    try:
        db.run(vouch_for, email=arguments[0])
    except NotFound as error:
        return _say(error.message, code=1)
    is_listed = arguments[0].strip().lower() in _named()
    return _say("Verified." if is_listed else "Verified, but ADMIN_EMAILS does not name it.", code=0)


def _named() -> set[str]:
    return {address.strip().lower() for address in get_settings().admin_emails.split(",") if address.strip()}


def _say(sentence: str, *, code: int) -> int:
    print(sentence)  # noqa: T201 - this is a command
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
