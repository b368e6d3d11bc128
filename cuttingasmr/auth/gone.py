"""What is remembered of accounts that were erased: that an address has had its welcome, in a form that does not tell it.

A keyed hash: without our key nobody can try addresses on it. It is kept for a year (docs/decisions/0015).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from cuttingasmr import db
from cuttingasmr.models import NO_ADDRESS, GoneAddress
from cuttingasmr.settings import get_settings

REMEMBERED_FOR = timedelta(days=365)


def keyed(what: str) -> str:
    """Hash something with this site's key."""
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"gone:{what}".encode(), hashlib.sha256).hexdigest()


def remember(session: Session, *, email: str) -> None:
    """Note that an address has had its welcome; one that is no address is not noted."""
    if email.endswith(NO_ADDRESS):
        return
    row = db.insert_for(session)(GoneAddress).values(address_hash=_hash(email), gone_at=db.utc_now())
    session.exec(row.on_conflict_do_nothing(index_elements=["address_hash"]))


def had_welcome(session: Session, *, email: str) -> bool:
    """Tell whether an account with this address was erased within the last year."""
    row = session.get(GoneAddress, _hash(email))
    return row is not None and row.gone_at > db.utc_now() - REMEMBERED_FOR


def forget(session: Session, *, now: datetime | None = None) -> int:
    """Forget the addresses whose year is over, and tell how many."""
    old = col(GoneAddress.gone_at) < (now or db.utc_now()) - REMEMBERED_FOR
    return session.exec(delete(GoneAddress).where(old)).rowcount


def _hash(email: str) -> str:
    return keyed(f"address:{email.lower()}")
