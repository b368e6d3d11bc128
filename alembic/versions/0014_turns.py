"""Who stands where in the queue is asked by person, and the last turn of all: an index for each.

Nothing here makes SQLite build a table anew (see 0004).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

QUEUED = sa.text("status = 'queued'")


def upgrade() -> None:
    """Let turns be counted through."""
    op.create_index("ix_videos_queue_rank", "videos", ["queue_rank"])
    op.create_index("ix_videos_user_id_queue_rank", "videos", ["user_id", "queue_rank"])
    op.drop_index("ix_videos_queue", "videos")


def downgrade() -> None:
    """Undo it."""
    op.create_index(
        "ix_videos_queue",
        "videos",
        ["queue_rank", "created_at"],
        postgresql_where=QUEUED,
        sqlite_where=QUEUED,
    )
    op.drop_index("ix_videos_user_id_queue_rank", "videos")
    op.drop_index("ix_videos_queue_rank", "videos")
