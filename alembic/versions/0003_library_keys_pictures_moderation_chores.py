"""What the library, the key pool, pictures, moderation and the scheduled jobs keep."""

from __future__ import annotations

from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RUNNING = "status IN ('queued', 'rendering', 'saving')"
ENGINE_COUNTS = ("tries", "doubts", "remakes", "usual_seconds", "usual_from", "usual_to")
"""Of the workflow engine: numbers that begin with 0."""


def upgrade() -> None:
    """Keep what the library, the key pool, pictures, moderation and the scheduled jobs need."""
    op.create_table(
        "chore_runs",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("mended", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "provider_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("provider_calls", schema=None) as batch_op:
        batch_op.create_index(
            "ix_provider_calls_fingerprint_called_at", ["fingerprint", "called_at"], unique=False
        )

    op.create_table(
        "provider_keys",
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resting_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resting_why", sa.String(length=120), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_why", sa.String(length=120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("creates", sa.Integer(), nullable=False),
        sa.Column("credits_left", sa.Integer(), nullable=True),
        sa.Column("credits_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "moderation_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("prompt_hash", sa.String(length=64), nullable=False),
        sa.Column("prompt", sa.String(length=2000), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("moderation_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moderation_decisions_decided_at"), ["decided_at"], unique=False)
        batch_op.create_index(
            "ix_moderation_decisions_prompt_hash_decided_at", ["prompt_hash", "decided_at"], unique=False
        )

    op.create_table(
        "pictures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("file_key", sa.String(length=200), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("pictures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pictures_created_at"), ["created_at"], unique=False)
        batch_op.create_index("ix_pictures_user_id_created_at", ["user_id", "created_at"], unique=False)

    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=32), nullable=False, server_default="TEXT_2_VIDEO")
        )
        batch_op.add_column(sa.Column("picture_ids", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("title", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("is_favourite", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("batch_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("queue_rank", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("preview_key", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("hd_state", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("hd_key", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("hd_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hd_task_id", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("hd_look_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hd_note", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "due_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default="2026-01-01 00:00:00+00:00",
            )
        )
        batch_op.add_column(sa.Column("taken_by", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("claim", sa.String(length=128), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True))
        for name in ENGINE_COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(
            "ix_videos_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text(f"{RUNNING} AND taken_by = ''"),
            sqlite_where=sa.text(f"{RUNNING} AND taken_by = ''"),
        )
        batch_op.create_index(
            "ix_videos_queue",
            ["queue_rank", "created_at"],
            unique=False,
            postgresql_where=sa.text("status = 'queued'"),
            sqlite_where=sa.text("status = 'queued'"),
        )
        batch_op.create_index(
            "ix_videos_shelf",
            ["user_id", "deleted_at", "status", "created_at", "id", "is_favourite"],
            unique=False,
        )
        batch_op.create_index(
            "ix_videos_deleted",
            ["deleted_at"],
            unique=False,
            postgresql_where=sa.text("deleted_at IS NOT NULL AND purged_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NOT NULL AND purged_at IS NULL"),
        )
        batch_op.create_index(
            "ix_videos_without_preview",
            ["completed_at"],
            unique=False,
            postgresql_where=sa.text("status = 'completed' AND preview_key IS NULL"),
            sqlite_where=sa.text("status = 'completed' AND preview_key IS NULL"),
        )
        batch_op.create_index(
            "ix_videos_hd_asked",
            ["hd_asked_at"],
            unique=False,
            postgresql_where=sa.text("hd_state = 'asked'"),
            sqlite_where=sa.text("hd_state = 'asked'"),
        )

        batch_op.create_check_constraint(
            "ck_videos_kind", "kind IN ('TEXT_2_VIDEO', 'FIRST_AND_LAST_FRAMES_2_VIDEO', 'REFERENCE_2_VIDEO')"
        )
        batch_op.create_check_constraint(
            "ck_videos_hd_state", "hd_state IN ('', 'asked', 'ready', 'unavailable')"
        )
        batch_op.create_check_constraint("ck_videos_hd_ready", "hd_state != 'ready' OR hd_key IS NOT NULL")

    _fill_search_text()
    with op.batch_alter_table("videos", schema=None) as batch_op:
        for name in (
            "kind",
            "picture_ids",
            "title",
            "search_text",
            "is_favourite",
            "queue_rank",
            "hd_state",
            "hd_note",
            "due_at",
            "taken_by",
            "claim",
            *ENGINE_COUNTS,
        ):
            batch_op.alter_column(name, server_default=None)  # only what stood there before needed one


def _fill_search_text() -> None:
    """Fold what was written before, as Python does: SQLite's lower() knows no letters beyond ASCII."""
    videos = sa.table("videos", sa.column("id"), sa.column("prompt"), sa.column("search_text"))
    before = op.get_bind().execute(sa.select(videos.c.id, videos.c.prompt)).all()
    filled = [
        {"of": video_id, "folded": " ".join(normalize("NFKC", prompt).casefold().split())}
        for video_id, prompt in before
    ]
    change = sa.update(videos).where(videos.c.id == sa.bindparam("of"))
    if filled:
        op.get_bind().execute(change.values(search_text=sa.bindparam("folded")), filled)


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_videos_hd_asked",
            postgresql_where=sa.text("hd_state = 'asked'"),
            sqlite_where=sa.text("hd_state = 'asked'"),
        )
        batch_op.drop_index("ix_videos_shelf")
        batch_op.drop_index(
            "ix_videos_without_preview",
            postgresql_where=sa.text("status = 'completed' AND preview_key IS NULL"),
            sqlite_where=sa.text("status = 'completed' AND preview_key IS NULL"),
        )
        batch_op.drop_index(
            "ix_videos_deleted",
            postgresql_where=sa.text("deleted_at IS NOT NULL AND purged_at IS NULL"),
            sqlite_where=sa.text("deleted_at IS NOT NULL AND purged_at IS NULL"),
        )
        batch_op.drop_index("ix_videos_queue")
        batch_op.drop_index("ix_videos_due")
        batch_op.drop_constraint("ck_videos_hd_ready", type_="check")
        batch_op.drop_constraint("ck_videos_hd_state", type_="check")
        batch_op.drop_constraint("ck_videos_kind", type_="check")
        for name in (*ENGINE_COUNTS, "trouble_at", "claim", "taken_by", "due_at"):
            batch_op.drop_column(name)
        batch_op.drop_column("purged_at")
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("hd_note")
        batch_op.drop_column("hd_look_at")
        batch_op.drop_column("hd_task_id")
        batch_op.drop_column("hd_asked_at")
        batch_op.drop_column("hd_key")
        batch_op.drop_column("hd_state")
        batch_op.drop_column("preview_key")
        batch_op.drop_column("queue_rank")
        batch_op.drop_column("batch_id")
        batch_op.drop_column("is_favourite")
        batch_op.drop_column("search_text")
        batch_op.drop_column("title")
        batch_op.drop_column("picture_ids")
        batch_op.drop_column("kind")

    with op.batch_alter_table("pictures", schema=None) as batch_op:
        batch_op.drop_index("ix_pictures_user_id_created_at")
        batch_op.drop_index(batch_op.f("ix_pictures_created_at"))

    op.drop_table("pictures")
    with op.batch_alter_table("moderation_decisions", schema=None) as batch_op:
        batch_op.drop_index("ix_moderation_decisions_prompt_hash_decided_at")
        batch_op.drop_index(batch_op.f("ix_moderation_decisions_decided_at"))

    op.drop_table("moderation_decisions")
    op.drop_table("provider_keys")
    with op.batch_alter_table("provider_calls", schema=None) as batch_op:
        batch_op.drop_index("ix_provider_calls_fingerprint_called_at")

    op.drop_table("provider_calls")
    op.drop_table("chore_runs")
