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
    named = {address.strip().lower() for address in get_settings().admin_emails.split(",") if address.strip()}
    return user.email in named and user.email_verified_at is not None and not user.is_banned


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
        print("usage: python -m cuttingasmr.auth.operators ADDRESS")  # noqa: T201 - this is a command
        return 2
    try:
        db.run(vouch_for, email=arguments[0])
    except NotFound as error:
        print(error.message)  # noqa: T201
        return 1
    print(
        "Verified."
        if arguments[0].lower() in get_settings().admin_emails.lower()
        else "Verified, but not in ADMIN_EMAILS."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
