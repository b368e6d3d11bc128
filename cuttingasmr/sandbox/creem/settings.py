"""What can be chosen about Creem from outside. One rule: a wrong variable is a `ValueError` that names it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from .products import Product, default_products, read_products

# The real schedule is 0, 30 s, 5 min, 30 min, 6 h (`providers.md` 1.6); a wait in seconds before each attempt.
_RETRY_SECONDS = (0.0, 1.0, 3.0, 6.0, 12.0)


@dataclass(frozen=True)
class CreemSettings:
    """`api_key` signs the redirects of hosted links, which no request with a key has opened."""

    mode: str = "test"
    api_key: str = "sandbox-key"
    products: tuple[Product, ...] = field(default_factory=default_products)
    success_url: str = ""
    webhook_url: str = ""
    webhook_secret: str = "whsec_sandbox"  # noqa: S105 - it opens nothing but the sandbox's own events
    retry_seconds: tuple[float, ...] = _RETRY_SECONDS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `SANDBOX_CREEM_…`, and the webhook secret that the site reads too."""
        plain = cls()
        return cls(
            mode=environment.get("SANDBOX_CREEM_MODE") or plain.mode,
            api_key=environment.get("SANDBOX_CREEM_API_KEY") or plain.api_key,
            products=_products(environment.get("SANDBOX_CREEM_PRODUCTS", "")) or plain.products,
            success_url=environment.get("SANDBOX_CREEM_SUCCESS_URL", ""),
            webhook_url=environment.get("SANDBOX_CREEM_WEBHOOK_URL", ""),
            webhook_secret=environment.get("CREEM_WEBHOOK_SECRET") or plain.webhook_secret,
            retry_seconds=_waits(environment.get("SANDBOX_CREEM_RETRY_SECONDS", "")) or plain.retry_seconds,
        )


def _products(told: str) -> tuple[Product, ...]:
    try:
        return read_products(told) if told.strip() else ()
    except (ValueError, TypeError) as reason:
        message = f"SANDBOX_CREEM_PRODUCTS must be like id=cents,id=cents or JSON: {reason}."
        raise ValueError(message) from reason


def _waits(told: str) -> tuple[float, ...]:
    try:
        waits = tuple(float(wait) for wait in told.split(",")) if told.strip() else ()
    except ValueError:
        waits = (-1.0,)
    if any(not 0 <= wait < float("inf") for wait in waits):
        raise ValueError(f"SANDBOX_CREEM_RETRY_SECONDS must be seconds like 0,1,3, but it is {told!r}.")
    return waits
