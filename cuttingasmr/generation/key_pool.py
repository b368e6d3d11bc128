"""kie.ai's keys: taken in turn by all workers alike, and a task is always asked about with the key that made it.

What is known of a key is in the database, under its fingerprint and its row's lock (docs/decisions/0008): no worker uses a key
that another has found resting, and all of them together send no key more than the provider takes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlmodel import Session, col, delete, func, select, update

from cuttingasmr import db
from cuttingasmr.errors import AppError
from cuttingasmr.models import ProviderCall, ProviderKey
from cuttingasmr.providers.http import Resting
from cuttingasmr.providers.video import Busy, Key, KeyRefused, RefusedRequest
from cuttingasmr.settings import get_settings

LONGEST_CALL = timedelta(seconds=30)
"""A call is over after this long, whatever has become of who made it: until then it may still reach the provider."""

BUSY_REST, OPEN_REST, LONGEST_REST = timedelta(seconds=10), timedelta(seconds=15), timedelta(minutes=5)
OPENS_AFTER = 3
"""Failed calls in a row after which a key is left alone for a while."""

LONGEST_BUSY_REST = timedelta(minutes=1)
NOT_ASKED_REST = timedelta(seconds=5)
RETIRED_WAIT = timedelta(seconds=60)
PROBING = "one call is trying it again"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Result(StrEnum):
    """What a call has told about its key."""

    MADE = "made"  # a task
    ANSWERED = "answered"  # no task, and that is not the key's fault
    BUSY = "busy"  # 429
    FAILED = "failed"  # an error inside, or no answer
    NOT_ASKED = "not asked"  # nothing was sent at all


class Why(StrEnum):
    """Why no key may be used now; the most hopeful reason there is."""

    LIMIT = "limit"
    RESTING = "resting"
    RETIRED = "retired"


@dataclass(frozen=True)
class Turn:
    """A key, and one call of its own that has been counted."""

    key: Key
    call_id: int


@dataclass(frozen=True)
class Later:
    """No key may be used for so many seconds."""

    seconds: float
    why: Why


def fingerprint(secret: str) -> str:
    """Name a key without giving any of it away."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


class KeyPool:
    """The keys that this process is configured with."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        """Take the keys in the order given."""
        self._keys = {fingerprint(secret): Key(secret, fingerprint(secret)) for secret in secrets}

    @property
    def names(self) -> tuple[str, ...]:
        """Their fingerprints."""
        return tuple(self._keys)

    def of(self, name: str) -> Key:
        """Give the key with this fingerprint; the first one when it is no longer configured."""
        return self._keys.get(name) or next(iter(self._keys.values()))

    def beginning_with(self, name: str) -> list[Key]:
        """Give all of them, the one with this fingerprint first."""
        return sorted(self._keys.values(), key=lambda key: key.fingerprint != name)

    def take(self, session: Session, *, avoid: str = "", now: datetime | None = None) -> Turn | Later:
        """Take the key whose turn it is for one call, or tell how long none may be used.

        It is the least recently used one that neither rests nor is retired nor has reached the provider's limit; `avoid` comes
        last, for a second try that should go elsewhere. Whoever takes a turn must `report` what became of it.
        """
        taken = take(session, self.names, avoid=avoid, now=now)
        return taken if isinstance(taken, Later) else Turn(self._keys[taken[0]], taken[1])

    def rests_for(self, session: Session) -> float:
        """Tell for how many seconds all keys rest; 0 when one of them does not."""
        now = clock(session)
        used = [row for row in know(session, self.names) if row.retired_at is None]
        rests = [((row.resting_until or now) - now).total_seconds() for row in used]
        return max(0.0, min(rests, default=0.0))


@cache
def get_key_pool() -> KeyPool:
    """Give the one pool of this process."""
    return KeyPool(get_settings().provider_keys)


def take(
    session: Session, names: Sequence[str], *, avoid: str = "", now: datetime | None = None
) -> tuple[str, int] | Later:
    """Take a turn of one of these keys; see `KeyPool.take`."""
    rows = _lock(session, names)
    now = now or clock(session)
    last_used = max(row.used_at for row in rows)
    laters: list[Later] = []
    for row in sorted(rows, key=lambda row: (row.fingerprint == avoid, row.used_at)):
        later = _later(session, row, now)
        if later is None:
            return row.fingerprint, _use(session, row, now, last_used)
        laters.append(later)
    return min(laters, key=lambda later: later.seconds)


def report(session: Session, *, name: str, call_id: int, result: Result, now: datetime | None = None) -> None:
    """Note what a call has told about its key. Repeating it after `MADE` or `ANSWERED` harms nothing."""
    row = session.get_one(ProviderKey, name, with_for_update=True, populate_existing=True)
    now = now or clock(session)
    if result is Result.NOT_ASKED:
        session.exec(delete(ProviderCall).where(col(ProviderCall.id) == call_id))
    else:
        # the provider has counted it some time before its answer came; so it counts until a window after that
        session.exec(update(ProviderCall).where(col(ProviderCall.id) == call_id).values(called_at=now))
    _judge(row, result, now)


def result_of(error: AppError) -> Result:
    """Tell what an answer that took nothing on says about its key."""
    if isinstance(error, RefusedRequest | KeyRefused):
        return Result.ANSWERED
    if isinstance(error, Busy):
        return Result.BUSY
    return Result.NOT_ASKED if isinstance(error, Resting) else Result.FAILED


def retire(session: Session, *, name: str, why: str, now: datetime | None = None) -> None:
    """Use a key no more until the operator brings it back, or its account is seen to hold credits."""
    row = session.get_one(ProviderKey, name, with_for_update=True, populate_existing=True)
    if row.retired_at is None:
        row.retired_at, row.retired_why = now or clock(session), why


def know(session: Session, names: Collection[str]) -> list[ProviderKey]:
    """Read what is known of these keys, in their order; one that is new gets its row."""
    rows = {row.fingerprint: row for row in _lock(session, names)}
    return [rows[name] for name in names]


def clock(session: Session) -> datetime:
    """Tell the time by the one clock that all workers share."""
    if session.get_bind().dialect.name == "sqlite":
        return db.utc_now()
    return session.exec(select(func.clock_timestamp())).one().astimezone(UTC)


def forget_calls(session: Session) -> int:
    """Let go of what counts no more, of keys that nobody takes any longer too."""
    old = clock(session) - LONGEST_CALL - _window()
    return session.exec(delete(ProviderCall).where(col(ProviderCall.called_at) < old)).rowcount


def _lock(session: Session, names: Collection[str]) -> list[ProviderKey]:
    """Lock these keys' rows, always in the same order; a key that is new gets its row."""
    rows = select(ProviderKey).where(col(ProviderKey.fingerprint).in_(names))
    rows = rows.order_by(col(ProviderKey.fingerprint)).with_for_update()
    found = session.exec(rows, execution_options={"populate_existing": True}).all()
    if len(found) == len(names):
        return list(found)
    # the order they were given in is the order of their first turns
    new = [
        {**ProviderKey(fingerprint=name).model_dump(), "used_at": NEVER + timedelta(microseconds=place)}
        for place, name in enumerate(names)
    ]
    session.exec(db.insert_for(session)(ProviderKey).values(new).on_conflict_do_nothing())
    return list(session.exec(rows, execution_options={"populate_existing": True}).all())


def _later(session: Session, row: ProviderKey, now: datetime) -> Later | None:
    """Tell how long a key may not be used; `None` when it may be."""
    if row.retired_at is not None:
        return Later(RETIRED_WAIT.total_seconds(), Why.RETIRED)
    if row.resting_until is not None and row.resting_until > now:
        return Later((row.resting_until - now).total_seconds(), Why.RESTING)
    counted = select(ProviderCall.called_at).where(
        col(ProviderCall.fingerprint) == row.fingerprint, col(ProviderCall.called_at) > now - _window()
    )
    newest = counted.order_by(col(ProviderCall.called_at).desc())
    # the one after whose time there is room again
    hinders = session.exec(newest.offset(get_settings().veo3_creates_per_window - 1).limit(1)).first()
    if hinders is None:
        return None
    return Later(min(hinders + _window() - now, _window()).total_seconds(), Why.LIMIT)


def _use(session: Session, row: ProviderKey, now: datetime, last_used: datetime) -> int:
    """Count one call, as one that is still under way. After a rest a key is tried by one call alone."""
    row.used_at = max(now, last_used + timedelta(microseconds=1))
    if row.resting_until is not None:
        row.resting_until, row.resting_why = now + LONGEST_CALL, PROBING
    call = ProviderCall(fingerprint=row.fingerprint, called_at=now + LONGEST_CALL)
    session.add(call)
    session.flush()
    assert call.id is not None  # noqa: S101 - the database has just given it
    return call.id


def _judge(row: ProviderKey, result: Result, now: datetime) -> None:
    """Let a key rest, or end its rest. A call that was under way before the rest began changes nothing about it."""
    row.creates += result is Result.MADE
    is_probing = row.resting_why == PROBING
    if row.resting_until is not None and row.resting_until > now and not is_probing:
        return
    if result in {Result.MADE, Result.ANSWERED}:
        row.failures, row.resting_until, row.resting_why = 0, None, ""
    elif result is Result.NOT_ASKED:
        if is_probing:
            row.resting_until, row.resting_why = now + NOT_ASKED_REST, "not tried yet"
    else:
        row.failures += 1
        _rest(row, result, now, is_probing=is_probing)


def _rest(row: ProviderKey, result: Result, now: datetime, *, is_probing: bool) -> None:
    """Begin a rest that is twice as long each time; failures begin one only when there are several."""
    if result is Result.BUSY:
        rest, why = BUSY_REST * 2 ** min(row.failures - 1, 10), "too many requests"
    elif row.failures >= OPENS_AFTER or is_probing:
        rest, why = OPEN_REST * 2 ** min(max(0, row.failures - OPENS_AFTER), 10), "failed again and again"
    else:
        return
    longest = LONGEST_BUSY_REST if result is Result.BUSY else LONGEST_REST
    row.resting_until, row.resting_why = now + min(rest, longest), why


def _window() -> timedelta:
    return timedelta(seconds=get_settings().veo3_window_seconds)
