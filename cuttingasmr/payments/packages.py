"""What can be bought. This table is the only source: for the pricing page, the checkout, the webhook and the legal texts."""

from __future__ import annotations

from dataclasses import dataclass

from cuttingasmr.errors import NotFound
from cuttingasmr.settings import get_settings

CURRENCY = "USD"


class NoSuchPackage(NotFound):
    """There is no such package. Choose starter, standard or premium."""


@dataclass(frozen=True)
class Package:
    """One thing to buy, paid once. Prices in cents of `CURRENCY`."""

    id: str
    name: str
    price_cents: int
    list_price_cents: int
    credits: int
    product_id: str

    @property
    def videos(self) -> int:
        """How many videos it buys."""
        return self.credits // get_settings().video_cost

    @property
    def cents_per_video(self) -> int:
        """What one of its videos costs, rounded up."""
        return -(-self.price_cents * get_settings().video_cost // self.credits)

    @property
    def saved_percent(self) -> int:
        """How much less than the list price it is."""
        return round(100 * (self.list_price_cents - self.price_cents) / self.list_price_cents)


def all_packages() -> tuple[Package, ...]:
    """Give the packages, smallest first, with this environment's product ids."""
    settings = get_settings()
    return (
        Package("starter", "Starter", 990, 1200, 115, settings.creem_product_starter),
        Package("standard", "Standard", 3000, 4000, 355, settings.creem_product_standard),
        Package("premium", "Premium", 9900, 12000, 1450, settings.creem_product_premium),
    )


def find_package(name: object) -> Package:
    """Find a package by its id, or raise `NoSuchPackage`."""
    for package in all_packages():
        if package.id == name:
            return package
    raise NoSuchPackage


def package_of_product(product_id: str) -> Package | None:
    """Find the package that a product of Creem's is."""
    return next((package for package in all_packages() if package.product_id == product_id), None)
