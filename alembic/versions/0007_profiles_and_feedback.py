"""What people show and choose on their profile, which editions of the texts they agreed to, and what they tell us.

Nothing here makes SQLite build a table anew (see 0004).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OF_USERS = {
    "has_own_name": (sa.Boolean(), sa.false()),
    "theme": (sa.String(length=8), ""),
    "region": (sa.String(length=16), ""),
    "mails_ready": (sa.Boolean(), sa.true()),
    "mails_low": (sa.Boolean(), sa.true()),
    "mails_news": (sa.Boolean(), sa.false()),
}


def upgrade() -> None:
    """Let people have pictures and settings, and say what they think."""
    op.create_table(
        "avatars",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("file_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_avatars_user_id", "avatars", ["user_id"], unique=False)
    op.create_index("ix_avatars_gone_at", "avatars", ["gone_at"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("video_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thanks_audit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("thanks_audit_id"),
    )
    op.create_index("ix_feedback_user_id", "feedback", ["user_id"], unique=False)
    op.create_index("ix_feedback_created_at", "feedback", ["created_at"], unique=False)

    op.add_column("users", sa.Column("picture_id", sa.String(length=32), nullable=True))
    for name, (kind, filled) in OF_USERS.items():
        op.add_column("users", sa.Column(name, kind, nullable=False, server_default=filled))
    op.add_column("agreements", sa.Column("editions", sa.JSON(), nullable=False, server_default="{}"))
    if op.get_context().dialect.name == "postgresql":
        for name in OF_USERS:
            op.alter_column("users", name, server_default=None)  # only what stood there before needed one
        op.alter_column("agreements", "editions", server_default=None)


def downgrade() -> None:
    """Undo it."""
    op.execute("ALTER TABLE agreements DROP COLUMN editions")
    for name in (*OF_USERS, "picture_id"):
        op.execute(f"ALTER TABLE users DROP COLUMN {name}")
    op.drop_table("feedback")
    op.drop_table("avatars")
