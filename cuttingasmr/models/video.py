"""Videos, from the press of the button to the file."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id


class Status(StrEnum):
    """Where a video is. The last three are ends, and only `lost.end_as_lost` leaves one: completed, for failed."""

    QUEUED = "queued"
    RENDERING = "rendering"
    SAVING = "saving"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


ENDED = (Status.COMPLETED, Status.FAILED, Status.CANCELED)
STATUSES = ", ".join(f"'{status}'" for status in Status)


class VideoKind(StrEnum):
    """What a video is made from, in the provider's own words (providers.md §2.3)."""

    TEXT = "TEXT_2_VIDEO"
    FRAMES = "FIRST_AND_LAST_FRAMES_2_VIDEO"  # one picture: the first frame; two: the first and the last
    REFERENCES = "REFERENCE_2_VIDEO"  # one to three pictures of what shall be seen


KINDS = ", ".join(f"'{kind}'" for kind in VideoKind)


class HdState(StrEnum):
    """Where the 1080p version of a video is. Nobody has asked for it while it is empty."""

    NONE = ""
    ASKED = "asked"
    READY = "ready"
    UNAVAILABLE = "unavailable"


HD_STATES = ", ".join(f"'{state}'" for state in HdState)


class Video(SQLModel, table=True):
    """One video of one person. Its id is its workflow's id as well."""

    __tablename__ = "videos"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key", name="uq_videos_user_id_idempotency_key"),
        CheckConstraint(f"status IN ({STATUSES})", name="ck_videos_status"),
        CheckConstraint("aspect_ratio IN ('16:9', '9:16')", name="ck_videos_aspect_ratio"),
        CheckConstraint("credits_used >= 0", name="ck_videos_credits_used"),
        CheckConstraint("credits_returned IN (0, credits_used)", name="ck_videos_credits_returned"),
        CheckConstraint(
            "status != 'completed' OR (file_key IS NOT NULL AND completed_at IS NOT NULL)",
            name="ck_videos_completed",
        ),
        CheckConstraint(f"kind IN ({KINDS})", name="ck_videos_kind"),
        CheckConstraint(f"hd_state IN ({HD_STATES})", name="ck_videos_hd_state"),
        CheckConstraint("hd_state != 'ready' OR hd_key IS NOT NULL", name="ck_videos_hd_ready"),
        Index("ix_videos_user_id_created_at_id", "user_id", "created_at", "id"),
        Index("ix_videos_created_at", "created_at"),
        Index(
            "ix_videos_ended",
            "completed_at",
            postgresql_where=text("completed_at IS NOT NULL"),
            sqlite_where=text("completed_at IS NOT NULL"),
        ),
        Index("ix_videos_provider_task_id", "provider_task_id"),
        Index(
            "ix_videos_running",
            "created_at",
            postgresql_where=text("status IN ('queued', 'rendering', 'saving')"),
            sqlite_where=text("status IN ('queued', 'rendering', 'saving')"),
        ),
        Index(
            "ix_videos_due",
            "due_at",
            postgresql_where=text("status IN ('queued', 'rendering', 'saving') AND taken_by = ''"),
            sqlite_where=text("status IN ('queued', 'rendering', 'saving') AND taken_by = ''"),
        ),
        Index("ix_videos_queue_rank", "queue_rank"),
        Index("ix_videos_user_id_queue_rank", "user_id", "queue_rank"),
        Index(
            "ix_videos_completed",
            "completed_at",
            postgresql_where=text("status = 'completed'"),
            sqlite_where=text("status = 'completed'"),
        ),
        Index(
            "ix_videos_ended_badly",
            "completed_at",
            postgresql_where=text("status IN ('failed', 'canceled')"),
            sqlite_where=text("status IN ('failed', 'canceled')"),
        ),
        Index("ix_videos_shelf", "user_id", "deleted_at", "status", "created_at", "id", "is_favourite"),
        Index(
            "ix_videos_deleted",
            "deleted_at",
            postgresql_where=text("deleted_at IS NOT NULL AND purged_at IS NULL"),
            sqlite_where=text("deleted_at IS NOT NULL AND purged_at IS NULL"),
        ),
        Index(
            "ix_videos_without_preview",
            "completed_at",
            postgresql_where=text("status = 'completed' AND preview_key IS NULL"),
            sqlite_where=text("status = 'completed' AND preview_key IS NULL"),
        ),
        Index(
            "ix_videos_hd_asked",
            "hd_asked_at",
            postgresql_where=text("hd_state = 'asked'"),
            sqlite_where=text("hd_state = 'asked'"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="RESTRICT", max_length=32)
    kind: str = Field(default=VideoKind.TEXT, max_length=32)
    prompt: str = Field(max_length=2000)
    picture_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    """The pictures it is made from, in their order, each an id or `id@x,y` (prompts.PICTURE); none for text alone."""
    title: str = Field(default="", max_length=120)
    search_text: str = Field(default="", sa_type=Text)
    """Title and prompt, case-folded: what a search looks through, alike on both databases."""
    is_favourite: bool = False
    template_id: str = Field(default="", max_length=64)
    aspect_ratio: str = Field(default="16:9", max_length=8)
    duration: int = 8
    model: str = Field(default="veo3_fast", max_length=32)
    status: str = Field(default=Status.QUEUED, max_length=16)
    credits_used: int
    credits_returned: int = 0
    idempotency_key: str | None = Field(default=None, max_length=200)
    request_hash: str = Field(default="", max_length=64)
    batch_id: str | None = Field(default=None, max_length=32)
    """The same for variations that were started by one press."""
    queue_rank: int = 0
    """Once it was taken, the number of its turn among everybody's; until then the turn behind which its person joined the line
    with it, or 0 where they stood in it already. The highest of all of a person's is where that person stands."""

    provider_key: str = Field(default="", max_length=16)
    provider_task_id: str | None = Field(default=None, max_length=128)
    submit_began_at: datetime | None = later()
    rendering_at: datetime | None = later()
    saving_at: datetime | None = later()
    completed_at: datetime | None = later()

    due_at: datetime = moment()
    """When an engine shall look at it next; at a finished one, to cut the clip that its card plays."""
    taken_by: str = Field(default="", max_length=64)
    """The engine that is at work on it right now; empty for none."""
    tries: int = 0
    """Times that an engine has failed or died over it."""
    misses: int = 0
    """Answers in a row that knew nothing of its task, or had no whole file."""
    trouble: str = Field(default="", max_length=64)
    """What it waits for, by the code that it would end with; empty for nothing."""
    trouble_at: datetime | None = later()
    """Since when the provider, or our storage, has not been taking it."""
    doubts: int = 0
    """Submits whose answer was lost and that nobody claimed."""
    remakes: int = 0
    """Tasks of the provider's that failed and were begun anew."""
    failed_task_id: str | None = Field(default=None, max_length=128)
    """The last of these."""
    claim: str = Field(default="", max_length=128)
    """A task that a callback has named, while it is not known which one makes this video."""
    usual_seconds: int = 0
    """How long such a video took when this one was asked for, from submit to file; 0 where nobody noted it."""
    usual_from: int = 0
    usual_to: int = 0

    notice: str = Field(default="", max_length=300)
    error_code: str = Field(default="", max_length=64)
    error_message: str = Field(default="", max_length=500)
    file_key: str | None = Field(default=None, max_length=200)
    poster_key: str | None = Field(default=None, max_length=200)
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    size_bytes: int | None = None
    preview_key: str | None = Field(default=None, max_length=200)
    """The clip that a card plays; empty for a video of which none can be cut."""
    hd_state: str = Field(default=HdState.NONE, max_length=16)
    hd_key: str | None = Field(default=None, max_length=200)
    hd_asked_at: datetime | None = later()
    hd_task_id: str | None = Field(default=None, max_length=128)
    """The provider's id for the making of the 1080p version, where that has one of its own."""
    hd_look_at: datetime | None = later()
    """When the provider is asked about it next; whoever moves this on is the one who asks."""
    hd_note: str = Field(default="", max_length=300)
    """Why there is no 1080p version, in words for its owner."""
    is_shared: bool = False
    deleted_at: datetime | None = later()
    """In the bin since then: it can be taken out again until its files are gone."""
    purged_at: datetime | None = later()
    """Its files and its words are gone since then; the row stays for the books."""
    created_at: datetime = moment()
