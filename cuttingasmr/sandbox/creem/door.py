"""Creem without a browser: the sandbox's own door below `/creem/sandbox`.

One rule: nothing here is Creem's; it needs no key, is never broken, and answers with what was made.
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.stranger import Operation

from .books import Books
from .checkout import Checkout, Claim
from .checkout_request import is_mail
from .event import DELIVERIES, Event
from .post import Post
from .refusal import Refused
from .signing import ALTERS
from .speech import read_json, spoken
from .till import Telling, Terms, Till

_MOST_TIMES, _MOST_AT_ONCE = 10_000, 500
_MOST_CENTS = 10**12


class Door:
    """Paying, refunding, disputing, and sending events; a checkout may be called by any of its ids."""

    def __init__(self, books: Books, till: Till, post: Post) -> None:
        self._books, self._till, self._post = books, till, post

    def operations(self) -> Sequence[Operation]:
        """List what can be told and asked."""
        one = "/sandbox/checkouts/{id:path}"
        table = [
            ("POST", f"{one}/pay", "payments", self._pay),
            ("POST", f"{one}/refund", "refunds", self._refund),
            ("POST", f"{one}/dispute", "disputes", self._dispute),
            ("POST", f"{one}/expire", "", self._expire),
            ("GET", "/sandbox/checkouts", "", self._list_checkouts),
            ("GET", "/sandbox/events", "", self._list_events),
            ("POST", "/sandbox/events/{id}/deliver", "", self._deliver),
        ]
        return [
            Operation(method, path, name, spoken(endpoint), breaks="never")
            for method, path, name, endpoint in table
        ]

    async def _pay(self, request: Request) -> Response:
        told = await read_json(request, may_be_empty=True)
        checkout = self._books.find(request.path_params["id"])
        return JSONResponse(self._made(checkout, self._till.pay(checkout, _terms(told), _telling(told))))

    async def _refund(self, request: Request) -> Response:
        told, name = await read_json(request, may_be_empty=True), request.path_params["id"]
        claim, event = self._till.refund(name, _cents(told, "amount"), _telling(told))
        return JSONResponse(self._claimed("refundId", claim, name, event))

    async def _dispute(self, request: Request) -> Response:
        told, name = await read_json(request, may_be_empty=True), request.path_params["id"]
        claim, event = self._till.dispute(name, _cents(told, "amount"), _telling(told))
        return JSONResponse(self._claimed("disputeId", claim, name, event))

    async def _expire(self, request: Request) -> Response:
        checkout = self._books.find(request.path_params["id"])
        self._till.expire(checkout)
        return JSONResponse(self._shown_checkout(checkout))

    async def _list_checkouts(self, request: Request) -> Response:
        newest = list(reversed(self._books.checkouts.values()))[: _limit(request)]
        shown = [self._shown_checkout(checkout) for checkout in newest]
        return JSONResponse({"total": len(self._books.checkouts), "checkouts": shown})

    async def _list_events(self, request: Request) -> Response:
        """List events, the newest first; `?checkout=` keeps those of one checkout, by any of its ids."""
        events = self._post.events.values()
        if name := request.query_params.get("checkout"):
            wanted = self._books.find(name).id
            events = [event for event in events if event.checkout_id == wanted]
        shown = [self._shown_event(event) for event in list(reversed(list(events)))[: _limit(request)]]
        return JSONResponse({
            "total": len(events), "events": shown, "webhookUrl": self._post.address,
        })  # fmt: skip

    async def _deliver(self, request: Request) -> Response:
        told = await read_json(request, may_be_empty=True)
        event, alter = self._post.find(request.path_params["id"]), told.get("alter")
        if alter not in (None, *ALTERS):
            raise Refused(400, f"alter must be one of the following values: {', '.join(ALTERS)}")
        times = _number(told, "times", 1, most=_MOST_TIMES)
        at_once = _number(told, "concurrency", 1, most=_MOST_AT_ONCE)
        statuses = await self._post.send_now(event, alter=alter, times=times, concurrency=at_once)
        return JSONResponse({"eventId": event.id, "statuses": statuses})

    def _made(self, checkout: Checkout, event: Event) -> dict[str, Any]:
        payment = checkout.payment
        return {
            "checkoutId": checkout.id,
            "orderId": event.order_id,
            "transactionId": payment and payment.transaction_id,
            "customerId": payment and payment.customer.id,
            "amountPaid": payment and payment.amount_paid,
            "eventId": event.id,
            "redirectUrl": self._till.return_url(checkout) or None,
        }

    def _claimed(self, kind: str, claim: Claim, name: str, event: Event) -> dict[str, Any]:
        return {kind: claim.id, "amount": claim.amount} | self._made(self._books.find(name), event)

    def _shown_checkout(self, checkout: Checkout) -> dict[str, Any]:
        payment = checkout.payment
        return {
            "id": checkout.id,
            "created": checkout.created_ms,
            "status": checkout.status,
            "product": checkout.product.id,
            "price": checkout.sub_total,
            "currency": payment.currency if payment else checkout.product.currency,
            "requestId": checkout.request_id,
            "metadata": checkout.metadata,
            "email": payment.customer.email if payment else checkout.email or None,
            "orderId": payment and payment.order_id,
            "transactionId": payment and payment.transaction_id,
            "amountPaid": payment and payment.amount_paid,
            "transactionStatus": payment and payment.status,
            "refunded": payment and payment.refunded,
            "url": checkout.url,
        }

    def _shown_event(self, event: Event) -> dict[str, Any]:
        return {
            "id": event.id,
            "type": event.type,
            "created": event.created_ms,
            "checkoutId": event.checkout_id,
            "orderId": event.order_id,
            "state": event.state,
            "sent": event.sent,
            "deliveries": [
                {"at": one.at_ms, "status": one.status, "tookMs": one.took_ms, "alter": one.alter or None}
                for one in event.attempts
            ],
            "body": event.body,
            "signature": self._post.signature(event),
        }


def _terms(told: dict[str, Any]) -> Terms:
    words = {name: _word(told, name) for name in ("email", "currency", "product", "mode", "discount_code")}
    if words["email"] and not is_mail(words["email"]):
        raise Refused(400, "email must be an email")
    return Terms(**words, amount=_cents(told, "amount"), tax_amount=_cents(told, "tax_amount") or 0)


def _telling(told: dict[str, Any]) -> Telling:
    delivery, seconds = told.get("deliver", "once"), told.get("seconds")
    if delivery not in DELIVERIES:
        raise Refused(400, f"deliver must be one of the following values: {', '.join(DELIVERIES)}")
    if seconds is not None:
        if type(seconds) not in (int, float) or not 0 <= seconds < 10**6:
            raise Refused(400, "seconds must be a number that is not negative")
        seconds = float(seconds)
    return Telling(delivery, seconds)


def _word(told: dict[str, Any], name: str) -> str:
    word = told.get(name)
    if word is not None and not isinstance(word, str):
        raise Refused(400, f"{name} must be a string")
    return word or ""


def _cents(told: dict[str, Any], name: str) -> int | None:
    return None if told.get(name) is None else _number(told, name, 0, least=0, most=_MOST_CENTS)


def _number(told: dict[str, Any], name: str, default: int, *, least: int = 1, most: int) -> int:
    number = told.get(name, default)
    if type(number) is not int or not least <= number <= most:
        raise Refused(400, f"{name} must be an integer between {least} and {most}")
    return number


def _limit(request: Request) -> int:
    told = request.query_params.get("limit", "")
    return int(told) if told.isascii() and told.isdigit() else 100
