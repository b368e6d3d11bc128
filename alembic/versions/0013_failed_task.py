"""Which task of a video has failed and is being made anew, so that its late call is known from one of the task that followed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a video remember it."""
    op.add_column("videos", sa.Column("failed_task_id", sa.String(length=128), nullable=True))


def downgrade() -> None:
    """Undo it."""
    op.execute("ALTER TABLE videos DROP COLUMN failed_task_id")
