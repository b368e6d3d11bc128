"""The operators' figures: a summary by day, what refunds took on which day, and indexes to count a day by.

What was refunded before is put on the day of its last refund or dispute in the inbox, in one sum for each order.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REFUNDED_BEFORE = """
    INSERT INTO order_takings (reference, order_id, cents, taken_at)
    SELECT orders.id, orders.id, orders.taken_cents, coalesce(
        (SELECT max(webhook_events.received_at) FROM webhook_events
         WHERE webhook_events.order_id = orders.id AND webhook_events.kind IN ('refund.created', 'dispute.created')),
        orders.paid_at, orders.created_at)
    FROM orders
    WHERE orders.taken_cents > 0 AND orders.state IN ('completed', 'partially_refunded', 'refunded', 'disputed')
"""


def upgrade() -> None:
    """Make room for the figures."""
    op.create_table(
        "day_figures",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day", "part"),
    )
    op.create_table(
        "order_takings",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("reference"),
    )
    op.create_index("ix_order_takings_order_id", "order_takings", ["order_id"], unique=False)
    op.create_index("ix_order_takings_taken_at", "order_takings", ["taken_at"], unique=False)
    op.execute(REFUNDED_BEFORE)

    op.create_index("ix_credit_entries_created_at", "credit_entries", ["created_at"], unique=False)
    op.create_index("ix_videos_created_at", "videos", ["created_at"], unique=False)
    op.create_index(
        "ix_videos_ended",
        "videos",
        ["completed_at"],
        unique=False,
        postgresql_where=sa.text("completed_at IS NOT NULL"),
        sqlite_where=sa.text("completed_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_videos_ended", "videos")
    op.drop_index("ix_videos_created_at", "videos")
    op.drop_index("ix_credit_entries_created_at", "credit_entries")
    op.drop_index("ix_order_takings_taken_at", "order_takings")
    op.drop_index("ix_order_takings_order_id", "order_takings")
    op.drop_table("order_takings")
    op.drop_table("day_figures")
