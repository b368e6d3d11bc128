"""Orders: what somebody set out to buy, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id


class OrderState(StrEnum):
    """Where an order is.

    `held` was paid, but not as agreed (amount, currency, product, mode); `unmatched` was paid by nobody we know. Both wait
    for an operator, and neither has credited anything. `returned` was one of these until all of its money went back.
    """

    PENDING = "pending"
    COMPLETED = "completed"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    EXPIRED = "expired"
    HELD = "held"
    UNMATCHED = "unmatched"
    RETURNED = "returned"


STATES = ", ".join(f"'{state}'" for state in OrderState)
CREDITED = (OrderState.COMPLETED, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED, OrderState.DISPUTED)
"""States of an order whose credits were granted, whatever was taken back since."""
WAITING = (OrderState.HELD, OrderState.UNMATCHED)
"""States of an order that was paid and waits for an operator."""


class Order(SQLModel, table=True):
    """One purchase. Its id goes to Creem as `request_id`, or inside a signed token, and comes back with the payment."""

    __tablename__ = "orders"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        UniqueConstraint("provider_order_id", name="uq_orders_provider_order_id"),
        CheckConstraint(f"state IN ({STATES})", name="ck_orders_state"),
        CheckConstraint("credits > 0 AND price_cents > 0", name="ck_orders_package"),
        CheckConstraint("clawed_back BETWEEN 0 AND credits", name="ck_orders_clawed_back"),
        CheckConstraint("taken_cents >= 0", name="ck_orders_taken_cents"),
        CheckConstraint(
            "user_id IS NOT NULL OR state IN ('unmatched', 'held', 'returned')", name="ck_orders_owner"
        ),
        Index("ix_orders_user_id_created_at", "user_id", "created_at"),
        Index("ix_orders_transaction_id", "transaction_id"),
        Index("ix_orders_created_at_id", "created_at", "id"),
        Index("ix_orders_state_created_at_id", "state", "created_at", "id"),
        Index(
            "ix_orders_payer_email",
            "payer_email",
            postgresql_where=text("payer_email != ''"),
            sqlite_where=text("payer_email != ''"),
            postgresql_ops={"payer_email": "text_pattern_ops"},
        ),
        Index(
            "ix_orders_customer_id",
            "customer_id",
            postgresql_where=text("customer_id IS NOT NULL"),
            sqlite_where=text("customer_id IS NOT NULL"),
        ),
        Index(
            "ix_orders_pending",
            "check_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index(
            "ix_orders_waiting",
            "paid_at",
            postgresql_where=text("state IN ('held', 'unmatched')"),
            sqlite_where=text("state IN ('held', 'unmatched')"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT", max_length=32)
    package_id: str = Field(max_length=16)
    credits: int
    price_cents: int
    currency: str = Field(default="USD", max_length=3)
    product_id: str = Field(default="", max_length=64)
    road: str = Field(default="advanced", max_length=16)
    state: str = Field(default=OrderState.PENDING, max_length=24)
    reason: str = Field(default="", max_length=300)

    checkout_id: str | None = Field(default=None, max_length=64, index=True)
    checkout_url: str = Field(default="", max_length=500)
    provider_order_id: str | None = Field(default=None, max_length=64)
    transaction_id: str | None = Field(default=None, max_length=64)
    customer_id: str | None = Field(default=None, max_length=64)
    payer_email: str = Field(default="", max_length=320)
    paid_cents: int | None = None
    paid_currency: str | None = Field(default=None, max_length=8)
    """What `paid_cents` and `taken_cents` are cents of; `None` is the `currency` that was agreed."""
    taken_cents: int = 0
    """Refunded or disputed so far."""
    clawed_back: int = 0
    """Credits taken back so far."""

    check_at: datetime | None = later()
    checks: int = 0
    paid_at: datetime | None = later()
    created_at: datetime = moment()

    @property
    def paid_in(self) -> str:
        """The currency of what was paid, or is to be."""
        return self.paid_currency or self.currency
