"""Files that the archive's walk has missed, too many to act on without a person, are written down: a small table of its own.

Nothing here makes SQLite build a table anew (see 0004).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let what is missing be written down."""
    op.create_table(
        "missing_files",
        sa.Column("video_id", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("video_id"),
    )
    op.create_index("ix_missing_files_found_at", "missing_files", ["found_at"])
    op.create_index("ix_missing_files_given_up_at", "missing_files", ["given_up_at"])


def downgrade() -> None:
    """Undo it."""
    op.drop_table("missing_files")
