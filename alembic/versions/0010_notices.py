"""Whom there may be something to write to, and up to where that was looked for. What no letter was ever written about goes.

Nothing here makes SQLite build a table anew (see 0004).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENTS = ("ended_from", "ended_to", "ready_at", "ready_told_at", "low_at", "low_told_at")


def upgrade() -> None:
    """Let people be written to when they were not there."""
    op.create_table(
        "notices",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in MOMENTS),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    for name in ("ready_at", "low_at"):
        where = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_notices_{name}", "notices", [name], postgresql_where=where, sqlite_where=where)
    op.add_column("chore_runs", sa.Column("done_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("ALTER TABLE users DROP COLUMN mails_news")


def downgrade() -> None:
    """Undo it."""
    op.add_column("users", sa.Column("mails_news", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("users", "mails_news", server_default=None)
    op.execute("ALTER TABLE chore_runs DROP COLUMN done_until")
    for name in ("low_at", "ready_at"):
        op.drop_index(f"ix_notices_{name}", "notices")
    op.drop_table("notices")
