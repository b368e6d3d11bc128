"""Who is asking. The session cookie of the socket's handshake says so, at every event; nothing the page sends does."""

from __future__ import annotations

from functools import partial

import reflex as rx
from reflex_base.event.context import EventContext

from cuttingasmr.auth import sessions
from cuttingasmr.generation.desk import Owner
from cuttingasmr.models import User
from cuttingasmr.rate_limits import network


def owner_of(state: rx.State) -> Owner:
    """Give the question "who is asking?", to be put to the database together with another one."""
    return partial(sessions.find, token=sessions.token_in(state.router.headers.cookie))


async def asker(state: rx.State) -> User:
    """Tell who is asking, or raise `SignInRequired`."""
    return await sessions.who(sessions.token_in(state.router.headers.cookie))


async def holder(state: rx.State) -> User:
    """Do `asker` for what somebody who is leaving may still do."""
    return await sessions.holder(sessions.token_in(state.router.headers.cookie))


def address_of(state: rx.State) -> str:
    """Give the network address that this page's line comes from, as it counts for limits."""
    return network(state.router.session.client_ip)


def is_page_load() -> bool:
    """Whether this event was chained by another one of ours, as a page's load does; a browser's own call is not."""
    return EventContext.get().parent_txid is not None
