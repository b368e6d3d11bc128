"""What operators see of the provider's keys, and how one that was retired comes back. Fingerprints only, never a key."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits.by_hand import checked_reason, write_line
from cuttingasmr.errors import NotFound
from cuttingasmr.generation import key_pool
from cuttingasmr.models import ProviderKey, User
from cuttingasmr.settings import get_settings

BY_HAND = "by an operator"


class KeyState(StrEnum):
    """How a key is."""

    USABLE = "usable"
    RESTING = "resting"
    RETIRED = "retired"


class KeyView(NamedTuple):
    """One key, as it may be shown."""

    fingerprint: str
    state: KeyState
    why: str
    until: datetime | None
    creates: int
    failures: int
    credits_left: int | None
    credits_read_at: datetime | None
    is_low: bool


def all_keys(session: Session) -> list[KeyView]:
    """Show the configured keys, in their order; one that was never used is usable."""
    now = db.utc_now()
    found = [
        session.get(ProviderKey, name) or ProviderKey(fingerprint=name)
        for name in key_pool.get_key_pool().names
    ]
    return [_view(row, now) for row in found]


async def bring_back(*, operator: User, fingerprint: str, reason: str) -> None:
    """Let a retired or resting key be used again, at once. Raises `NotFound` for one that is not configured."""
    await db.transact(_bring_back, operator_id=operator.id, name=fingerprint, reason=checked_reason(reason))


async def retire(*, operator: User, fingerprint: str, reason: str) -> None:
    """Use a key no more until it is brought back; one that is retired stays so. Raises `NotFound`."""
    await db.transact(_retire, operator_id=operator.id, name=fingerprint, reason=checked_reason(reason))


def _retire(session: Session, *, operator_id: str, name: str, reason: str) -> None:
    row = _hold(session, name)
    if row.retired_at is not None:
        return
    row.retired_at, row.retired_why = db.utc_now(), BY_HAND
    write_line(session, operator_id=operator_id, action="key.retired", subject=name, reason=reason, facts={})


def _hold(session: Session, name: str) -> ProviderKey:
    names = key_pool.get_key_pool().names
    if name not in names:
        raise NotFound("There is no such key here.")
    return next(row for row in key_pool.know(session, names) if row.fingerprint == name)


def _bring_back(session: Session, *, operator_id: str, name: str, reason: str) -> None:
    row = _hold(session, name)
    if row.retired_at is None and row.resting_until is None and not row.failures:
        return
    facts = {"state": _view(row, db.utc_now()).state, "why": row.retired_why or row.resting_why}
    row.retired_at, row.retired_why = None, ""
    row.failures, row.resting_until, row.resting_why = 0, None, ""
    action = "key.brought-back"
    write_line(session, operator_id=operator_id, action=action, subject=name, reason=reason, facts=facts)


def _view(row: ProviderKey, now: datetime) -> KeyView:
    is_resting = row.resting_until is not None and row.resting_until > now
    state = KeyState.RETIRED if row.retired_at else KeyState.RESTING if is_resting else KeyState.USABLE
    why = {KeyState.RETIRED: row.retired_why, KeyState.RESTING: row.resting_why}.get(state, "")
    return KeyView(
        row.fingerprint,
        state,
        why,
        row.resting_until if state is KeyState.RESTING else None,
        row.creates,
        row.failures,
        row.credits_left,
        row.credits_read_at,
        is_low=row.credits_left is not None and row.credits_left < get_settings().veo3_low_credits,
    )
