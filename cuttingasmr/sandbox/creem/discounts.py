"""Codes that make it cheaper. One rule: the table below is all there is; each says what it does.

Fields are those of `providers.md` 1.2 (`discount`); the spelling with capitals is Creem's own.
"""

from typing import Literal, NamedTuple


class Discount(NamedTuple):
    """`amount` is a percentage, or cents."""

    code: str
    name: str
    kind: Literal["percentage", "fixed"]
    amount: int

    def off(self, cents: int) -> int:
        """How many cents it takes off a price."""
        return min(cents, self.amount if self.kind == "fixed" else cents * self.amount // 100)

    @property
    def id(self) -> str:
        """Creem's id of it."""
        return f"dis_sandbox{self.code.lower()}"

    def entity(self) -> dict[str, object]:
        """Build what 1.2 shows."""
        return {
            "id": self.id, "discountCode": self.code, "name": self.name, "type": self.kind, "amount": self.amount,
            "duration": "once", "durationInMonths": None,
        }  # fmt: skip


DISCOUNTS = {
    discount.code: discount
    for discount in (
        Discount("TWENTY", "A fifth off", "percentage", 20),
        Discount("LAUNCH20", "To begin with", "percentage", 20),
        Discount("FREE", "A present", "percentage", 100),
        Discount("FIVEOFF", "Five less", "fixed", 500),
    )
}
