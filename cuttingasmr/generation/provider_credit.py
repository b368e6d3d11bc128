"""What is left on the accounts of the provider's keys: read now and then, kept, and cried out about when it runs low."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import key_pool
from cuttingasmr.generation.key_desk import BY_HAND
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.models import ProviderKey
from cuttingasmr.providers.video import Key, KeyRefused, get_video_provider
from cuttingasmr.settings import get_settings

EMPTY = "402"
"""The code of an account without credit."""

SHORTEST_RETIREMENT = timedelta(minutes=5)
"""A key that was refused a moment ago is not brought back by its credit: a limit of its own may be reached."""

log = structlog.get_logger()


async def read_credits() -> None:
    """Read what each key's account holds. A key that was retired comes back when it is seen to hold something, unless a person retired it.

    Calls that count no more are let go meanwhile.
    """
    names = get_key_pool().names
    await db.transact(key_pool.know, names)
    await db.transact(key_pool.forget_calls)
    for name in names:
        await read_credit(get_key_pool().of(name))


async def read_credit(key: Key) -> None:
    """Read what one key's account holds, and note it. An answer that does not come changes nothing."""
    began = db.utc_now()
    try:
        left = await get_video_provider().credit(key)
    except KeyRefused as error:
        log.error("provider.key-refused", key=key.fingerprint, code=error.provider_code)  # noqa: TRY400 - no traceback tells more
        await db.transact(key_pool.retire, name=key.fingerprint, why=error.provider_code)
        return
    except ProviderUnavailable:
        log.warning("provider.credit-unread", key=key.fingerprint)
        return
    if await db.transact(_note, name=key.fingerprint, left=left, began=began):
        log.warning("provider.key-back", key=key.fingerprint)
    if left < get_settings().veo3_low_credits:
        log.warning("provider.credit-low", key=key.fingerprint, left=math.floor(left))


def _note(session: Session, *, name: str, left: float, began: datetime) -> bool:
    """Keep what is left; true when that has brought the key back."""
    row = session.get_one(ProviderKey, name, with_for_update=True, populate_existing=True)
    row.credits_left, row.credits_read_at = math.floor(left), db.utc_now()
    if row.retired_at is None or left <= 0 or row.retired_at > began - SHORTEST_RETIREMENT:
        return False
    if row.retired_why == BY_HAND:
        return False
    row.retired_at, row.retired_why = None, ""
    return True
