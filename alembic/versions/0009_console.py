"""What the operators' console finds things by.

Almost all of it is partial, and leaves out what a video writes on its way: finding the few that went wrong costs the many nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNSETTLED = "outcome IN ('held', 'unmatched', 'waiting', 'unreadable')"
INDEXES: tuple[tuple[str, str, list[str], str | None, str | None], ...] = (
    ("ix_users_email_beginning", "users", ["email"], None, "email"),
    ("ix_users_banned", "users", ["created_at"], "is_banned", None),
    ("ix_orders_created_at_id", "orders", ["created_at", "id"], None, None),
    ("ix_orders_state_created_at_id", "orders", ["state", "created_at", "id"], None, None),
    ("ix_orders_payer_email", "orders", ["payer_email"], "payer_email != ''", "payer_email"),
    ("ix_orders_customer_id", "orders", ["customer_id"], "customer_id IS NOT NULL", None),
    ("ix_videos_ended_badly", "videos", ["completed_at"], "status IN ('failed', 'canceled')", None),
    ("ix_audit_log_by_hand", "audit_log", ["id"], "reason != ''", None),
    ("ix_audit_log_by_hand_actor_id", "audit_log", ["actor", "id"], "reason != ''", None),
    ("ix_webhook_events_unsettled", "webhook_events", ["outcome", "id"], UNSETTLED, None),
    ("ix_moderation_decisions_refused", "moderation_decisions", ["id"], "decision != 'allow'", None),
    (
        "ix_moderation_decisions_refused_user_id_id",
        "moderation_decisions",
        ["user_id", "id"],
        "decision != 'allow'",
        None,
    ),
)
"""Each one's name, table and columns, what it holds, and the text of which beginnings are looked for."""


def upgrade() -> None:
    """Make the indexes."""
    for name, table, columns, holds, beginning in INDEXES:
        where = None if holds is None else sa.text(holds)
        op.create_index(
            name,
            table,
            columns,
            unique=False,
            postgresql_where=where,
            sqlite_where=where,
            postgresql_ops={beginning: "text_pattern_ops"} if beginning else {},
        )


def downgrade() -> None:
    """Undo it."""
    for name, table, *_ in reversed(INDEXES):
        op.drop_index(name, table)
