"""Where money is made to move: opening, paying, refunding, disputing.

One rule: what happened and the event that tells it are written down together; a kill loses both or neither.
"""

from typing import Any, NamedTuple

from cuttingasmr.sandbox.store import Store

from .books import Books
from .checkout import Checkout, Claim, Payment, new_id, now_ms
from .checkout_request import Wanted, code_of
from .discounts import DISCOUNTS
from .event import Delivery, Event, new_event
from .post import Post
from .products import named_product
from .refusal import Refused
from .settings import CreemSettings
from .signing import return_url
from .wire import completed_object, dispute_object, refund_object

_NOBODY = "customer@example.com"


class Telling(NamedTuple):
    """How an event is delivered; `seconds` is for `late`."""

    delivery: Delivery = "once"
    seconds: float | None = None


class Terms(NamedTuple):
    """How a checkout is paid, where that differs from what it says. `amount` replaces the price, in cents."""

    email: str = ""
    amount: int | None = None
    currency: str = ""
    product: str = ""
    mode: str = ""
    discount_code: str = ""
    tax_amount: int = 0


class Till:
    """Everything that changes what is in the books."""

    def __init__(self, settings: CreemSettings, store: Store, books: Books, post: Post) -> None:
        self._settings, self._store, self._books, self._post = settings, store, books, post

    def open(self, wanted: Wanted, *, key: str, site: str) -> Checkout:
        """Open a checkout (1.2), or raise `Refused`: the product or the customer is not known."""
        product = self._books.product(wanted.product_id)
        known = self._books.find_customer(identity=wanted.customer_id) if wanted.customer_id else None
        checkout = Checkout(
            id=new_id("ch"), key=key, mode=self._settings.mode, site=site, product=product, created_ms=now_ms(),
            units=wanted.units, custom_price=wanted.custom_price, request_id=wanted.request_id,
            success_url=wanted.success_url, metadata=wanted.metadata, discount_code=wanted.discount_code,
            custom_fields=wanted.custom_fields, email=known.email if known else wanted.email, name=wanted.name,
        )  # fmt: skip
        self._books.keep(checkout)
        return checkout

    def pay(self, checkout: Checkout, terms: Terms, telling: Telling) -> Event:
        """Take the money; a checkout is paid once."""
        if checkout.status != "pending":
            raise Refused(409, f"Checkout is {checkout.status}")
        checkout.discount_code = checked_code(terms.discount_code) or checkout.discount_code
        checkout.mode = terms.mode or checkout.mode
        checkout.payment = payment = self._payment(checkout, terms)
        told = completed_object(checkout, payment, self._settings.success_url)
        return self._record("checkout.completed", told, checkout, telling)

    def refund(self, name: str, amount: int | None, telling: Telling) -> tuple[Claim, Event]:
        """Give money back, all that is left unless an amount is said."""
        checkout, payment = self._books.paid(name)
        left = payment.amount_paid - payment.refunded
        amount = left if amount is None else amount
        if not 0 < amount <= left:
            raise Refused(400, f"The refundable amount is {left}")
        payment.refunds.append(claim := Claim(new_id("ref"), amount, now_ms()))
        told = refund_object(checkout, payment, claim)
        return claim, self._record("refund.created", told, checkout, telling)

    def dispute(self, name: str, amount: int | None, telling: Telling) -> tuple[Claim, Event]:
        """Let the buyer's bank take money back; it does not ask what was refunded."""
        checkout, payment = self._books.paid(name)
        claim = Claim(new_id("disp"), payment.amount_paid if amount is None else amount, now_ms())
        payment.disputes.append(claim)
        told = dispute_object(checkout, payment, claim)
        return claim, self._record("dispute.created", told, checkout, telling)

    def expire(self, checkout: Checkout) -> None:
        """Let a checkout that nobody paid expire."""
        if checkout.status == "completed":
            raise Refused(409, "Checkout is completed")
        checkout.is_expired = True
        self._books.keep(checkout)

    def return_url(self, checkout: Checkout) -> str:
        """Build the redirect of a paid checkout (1.5); empty when nobody said where to."""
        target, payment = checkout.success_url or self._settings.success_url, checkout.payment
        if not target or not payment:
            return ""
        parameters = [
            ("request_id", checkout.request_id),
            ("checkout_id", checkout.id),
            ("order_id", payment.order_id),
            ("customer_id", payment.customer.id),
            ("product_id", payment.product.id),
        ]
        return return_url(target, parameters, checkout.key)

    def _payment(self, checkout: Checkout, terms: Terms) -> Payment:
        product, sub_total = checkout.product, checkout.sub_total
        if terms.product and terms.product != product.id:
            unknown = named_product(terms.product, product.price, product.currency)
            product = self._books.products.get(terms.product, unknown)
            sub_total = product.price * checkout.units
        sub_total = sub_total if terms.amount is None else terms.amount
        return Payment(
            order_id=new_id("ord"), transaction_id=new_id("tran"), product=product, sub_total=sub_total,
            customer=self._books.customer(terms.email or checkout.email or _NOBODY, checkout.name),
            discount_amount=checkout.discount.off(sub_total) if checkout.discount else 0,
            tax_amount=terms.tax_amount, currency=terms.currency or product.currency, paid_ms=now_ms(),
        )  # fmt: skip

    def _record(self, kind: str, told: dict[str, Any], checkout: Checkout, telling: Telling) -> Event:
        order_id = checkout.payment.order_id if checkout.payment else ""
        event = new_event(kind, told, checkout_id=checkout.id, order_id=order_id)
        self._post.plan(event, telling.delivery, telling.seconds)
        self._store.keep_together(self._books.row(checkout), self._post.row(event))
        self._books.enter(checkout)
        self._post.accept(event)
        return event


def checked_code(told: str) -> str:
    """Read a discount code that somebody typed, or raise `Refused`."""
    code = code_of(told)
    if code and code not in DISCOUNTS:
        raise Refused(400, "discount_code is not valid")
    return code
