"""What is sold (`providers.md` 1.3, ProductEntity). One rule: prices are whole cents."""

import json
from dataclasses import dataclass
from typing import Any

_DEFAULTS = (("starter", 990), ("standard", 3000), ("premium", 9900))


@dataclass(frozen=True)
class Product:
    """Something that is paid for once."""

    id: str
    price: int
    name: str
    description: str = "A one-time payment"
    currency: str = "USD"


def default_products() -> tuple[Product, ...]:
    """Three packages."""
    return tuple(Product(f"prod_sandbox_{word}", price, word.capitalize()) for word, price in _DEFAULTS)


def read_products(told: str) -> tuple[Product, ...]:
    """Read `id=cents,id=cents`, a JSON object of ids and cents, or a JSON list of products; `ValueError` for the rest."""
    told = told.strip()
    if not told.startswith(("[", "{")):
        pairs = [pair.split("=") for pair in told.split(",")]
        return tuple(_product({"id": identity.strip(), "price": int(cents)}) for identity, cents in pairs)
    given = json.loads(told)
    if isinstance(given, dict):
        given = [{"id": identity, "price": cents} for identity, cents in given.items()]
    return tuple(_product(one) for one in given)


def named_product(identity: str, price: int, currency: str) -> Product:
    """Make a product of which only the id is known."""
    return Product(identity, price, identity.rpartition("_")[2].capitalize() or "Product", currency=currency)


def _product(given: dict[str, Any]) -> Product:
    if not isinstance(given, dict) or not isinstance(given.get("id"), str) or not given["id"]:
        raise ValueError("each product has an id")
    if type(given.get("price")) is not int or given["price"] < 0:
        raise ValueError(f"the price of {given['id']} is a whole number of cents")
    more = {name: str(given[name]) for name in ("name", "description", "currency") if name in given}
    plain = named_product(given["id"], given["price"], "USD")
    return Product(**{**plain.__dict__, **more})
