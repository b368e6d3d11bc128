"""What the scheduled jobs have done."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment


class ChoreRun(SQLModel, table=True):
    """One job's counts since the beginning, and its last run."""

    __tablename__ = "chore_runs"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    name: str = Field(primary_key=True, max_length=64)
    ran_at: datetime = moment()
    runs: int = 0
    mended: int = 0
    """Things that it set going again or put right."""
    returned: int = 0
    """Videos whose credits it gave back."""
    removed: int = 0
    """Files and rows that it let go."""
    done_until: datetime | None = later()
    """Of a job that follows what happens: all that happened up to then has been seen to."""
    last_error: str = Field(default="", max_length=200)
