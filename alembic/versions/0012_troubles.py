"""What a video waits for, and how often its provider had nothing of it, each counted by itself.

Nothing here makes SQLite build a table anew (see 0004).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FILLED = ("trouble", "misses")


def upgrade() -> None:
    """Let a trouble have a name."""
    op.add_column("videos", sa.Column("trouble", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("videos", sa.Column("misses", sa.Integer(), nullable=False, server_default="0"))
    if op.get_context().dialect.name == "postgresql":
        for name in FILLED:
            op.alter_column("videos", name, server_default=None)  # only what stood there before needed one


def downgrade() -> None:
    """Undo it."""
    for name in FILLED:
        op.execute(f"ALTER TABLE videos DROP COLUMN {name}")
