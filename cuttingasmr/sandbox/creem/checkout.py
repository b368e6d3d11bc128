"""A checkout and what becomes of it, as the sandbox keeps it. One rule: all that must survive a restart is a field here.

Amounts are cents, times milliseconds. The API key is kept because it salts the redirect's signature (`providers.md` 1.5).
"""

import secrets
import string
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from .discounts import DISCOUNTS, Discount
from .products import Product

_LETTERS = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """Make an id as Creem's look: `ch_…`, `ord_…`, with 22 letters and digits."""
    return f"{kind}_" + "".join(secrets.choice(_LETTERS) for _ in range(22))


def now_ms() -> int:
    """Milliseconds since 1970."""
    return round(time.time() * 1000)


def iso(ms: int) -> str:
    """Write a time as most of Creem's objects do."""
    written = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "Z")


@dataclass
class Customer:
    """Somebody who paid; one for each e-mail address."""

    id: str
    email: str
    name: str
    created_ms: int
    country: str = "US"


@dataclass
class Claim:
    """A refund or a dispute."""

    id: str
    amount: int
    created_ms: int


@dataclass
class Payment:
    """An order with its transaction. `sub_total` is before discount and tax."""

    order_id: str
    transaction_id: str
    product: Product
    customer: Customer
    sub_total: int
    discount_amount: int
    tax_amount: int
    currency: str
    paid_ms: int
    refunds: list[Claim] = field(default_factory=list)
    disputes: list[Claim] = field(default_factory=list)

    @classmethod
    def from_kept(cls, body: dict[str, Any]) -> Self:
        """Read the payment as `asdict` wrote it."""
        read: dict[str, Any] = {
            "product": Product(**body["product"]),
            "customer": Customer(**body["customer"]),
            "refunds": [Claim(**claim) for claim in body["refunds"]],
            "disputes": [Claim(**claim) for claim in body["disputes"]],
        }
        return cls(**body | read)

    @property
    def amount_paid(self) -> int:
        """What the buyer's card was charged."""
        return self.sub_total - self.discount_amount + self.tax_amount

    @property
    def refunded(self) -> int:
        """What went back to the buyer."""
        return sum(refund.amount for refund in self.refunds)

    @property
    def status(self) -> str:
        """Tell the transaction's status in the words of 1.3; the order's own stays `paid`."""
        if self.disputes:
            return "chargedBack"
        if self.refunds:
            return "refunded" if self.refunded >= self.amount_paid else "partialRefund"
        return "paid"


@dataclass
class Checkout:
    """One payment page. What was not given is None, or empty where Creem would show it empty."""

    id: str
    key: str
    mode: str
    site: str
    product: Product
    created_ms: int
    units: int = 1
    custom_price: int | None = None
    request_id: str | None = None
    success_url: str = ""
    metadata: dict[str, Any] | None = None
    discount_code: str = ""
    custom_fields: list[dict[str, Any]] | None = None
    email: str = ""
    name: str = ""
    payment: Payment | None = None
    is_expired: bool = False

    @classmethod
    def from_kept(cls, body: dict[str, Any]) -> Self:
        """Read the checkout as `to_keep` wrote it."""
        read: dict[str, Any] = {
            "product": Product(**body["product"]),
            "payment": Payment.from_kept(body["payment"]) if body["payment"] else None,
        }
        return cls(**body | read)

    def to_keep(self) -> dict[str, Any]:
        """Write the checkout for the store."""
        return asdict(self)

    @property
    def status(self) -> str:
        """Tell where it stands (1.2)."""
        return "completed" if self.payment else "expired" if self.is_expired else "pending"

    @property
    def url(self) -> str:
        """Where the buyer pays."""
        return f"{self.site}/creem/checkout/{self.id}"

    @property
    def sub_total(self) -> int:
        """Price times units."""
        return self.units * (self.product.price if self.custom_price is None else self.custom_price)

    @property
    def discount(self) -> Discount | None:
        """The discount that was entered."""
        return DISCOUNTS.get(self.discount_code)
