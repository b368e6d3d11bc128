"""What is for sale, as the pricing page shows it.

Buying itself is not an event of this page: assets/shop.js presses the API's checkout, which works without the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import reflex as rx

from cuttingasmr.payments.money import money
from cuttingasmr.payments.packages import Package, all_packages
from cuttingasmr.states.material import Material

MATERIALS = {
    "starter": Material(82, 52, "t-cells"),
    "standard": Material(215, 255, "t-ice"),
    "premium": Material(300, 262, "t-stars"),
}


@dataclass(frozen=True)
class Pack:
    """One package; its figures in words."""

    id: str
    name: str
    price: str
    list_price: str
    saved: str
    credits: str
    videos: str
    per_video: str
    material: Material

    @classmethod
    def of(cls, package: Package) -> Self:
        """Show a package."""
        return cls(
            id=package.id,
            name=package.name,
            price=money(package.price_cents, is_short=True),
            list_price=money(package.list_price_cents, is_short=True),
            saved=f"You save {package.saved_percent}%",
            credits=f"{package.credits:,}",
            videos=f"{package.videos:,} videos",
            per_video=f"{money(package.cents_per_video, is_short=True)} a video",
            material=MATERIALS[package.id],
        )


def packs() -> list[Pack]:
    """Show every package."""
    return [Pack.of(package) for package in all_packages()]


class Shop(rx.State):
    """The packages of this environment; what was built into the page is replaced by what the server says."""

    packs: rx.Field[list[Pack]] = rx.field(default_factory=packs)
