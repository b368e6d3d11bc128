"""Somebody comes back from the payment page. The address proves little and grants nothing; what is shown is read from our records."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from cuttingasmr import db
from cuttingasmr.errors import NotFound
from cuttingasmr.models import CREDITED, WAITING, Order, OrderState
from cuttingasmr.payments import purchases, reconcile
from cuttingasmr.payments.signature import is_our_return
from cuttingasmr.settings import get_settings


@dataclass(frozen=True)
class Return:
    """What is known of a purchase whose buyer came back. `order` is theirs, or nothing.

    `is_signed` tells whether Creem sent them here; `is_credited` whether the credits have been granted.
    """

    is_signed: bool
    order: Order | None

    @property
    def is_credited(self) -> bool:
        """Whether the credits are there."""
        return self.order is not None and self.order.state in CREDITED

    @property
    def waits_for_people(self) -> bool:
        """Whether it was paid and an operator has to look at it."""
        return self.order is not None and self.order.state in WAITING

    @property
    def was_returned(self) -> bool:
        """Whether the money went back before anything was granted."""
        return self.order is not None and self.order.state == OrderState.RETURNED


async def look(*, user_id: str, query: str, may_ask: bool) -> Return:
    """Tell what became of the purchase that an address names, if it is this person's.

    With `may_ask`, Creem itself is asked about an order that is still pending: the webhook may be late.
    """
    is_signed = is_our_return(query, get_settings().creem_api_key.get_secret_value())
    order = await _order(user_id, query)
    if order is not None and may_ask and order.state in {OrderState.PENDING, OrderState.EXPIRED}:
        await reconcile.ask_about(order.id, put_off=False)
        order = await _order(user_id, query)
    elif order is None and may_ask and is_signed:
        await reconcile.ask_about_page(_said(query, "checkout_id"), user_id=user_id)
        order = await _order(user_id, query)
    return Return(is_signed, order)


def _said(query: str, name: str) -> str:
    return parse_qs(query[:2000]).get(name, [""])[0][:64]


async def _order(user_id: str, query: str) -> Order | None:
    """Find it by our id, or by Creem's for a page that was opened over the simple road."""
    ours, theirs = _said(query, "request_id"), _said(query, "order_id")
    try:
        return await db.read(purchases.find_named, user_id=user_id, order_id=ours, provider_order_id=theirs)
    except NotFound:
        return None
