"""Who somebody is at Clerk, which session there ours lives with, and what is over there.

Nothing here makes SQLite build a table anew: dropping the old `users` would take along what refers to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILLED = ("clerk_state", "clerk_updated_ms", "picture_url")


def upgrade() -> None:
    """Let accounts and sessions be Clerk's as well."""
    op.create_table(
        "clerk_endings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clerk_endings_ended_at", "clerk_endings", ["ended_at"], unique=False)

    op.add_column("sessions", sa.Column("clerk_session_id", sa.String(length=64), nullable=True))
    op.create_index("ix_sessions_clerk_session_id", "sessions", ["clerk_session_id"], unique=False)

    op.add_column("users", sa.Column("clerk_id", sa.String(length=64), nullable=True))
    op.add_column("users", sa.Column("clerk_state", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("users", sa.Column("clerk_updated_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("picture_url", sa.String(length=500), nullable=False, server_default=""))
    op.create_index("ix_users_clerk_id", "users", ["clerk_id"], unique=True)
    if op.get_context().dialect.name == "postgresql":
        for name in FILLED:
            op.alter_column("users", name, server_default=None)  # only what stood there before needed one


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_users_clerk_id", "users")
    for name in (*FILLED, "clerk_id"):
        op.execute(f"ALTER TABLE users DROP COLUMN {name}")
    op.drop_index("ix_sessions_clerk_session_id", "sessions")
    op.execute("ALTER TABLE sessions DROP COLUMN clerk_session_id")
    op.drop_index("ix_clerk_endings_ended_at", "clerk_endings")
    op.drop_table("clerk_endings")
