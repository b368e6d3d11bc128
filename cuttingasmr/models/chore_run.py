"""What the scheduled jobs have done."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment

FOUND = "Found: "
"""Begins what a job ran well and found wrong, which stays until it finds otherwise; all else is why it broke off."""


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

    @property
    def found(self) -> str:
        """What it last found wrong."""
        return self.last_error.removeprefix(FOUND) if self.last_error.startswith(FOUND) else ""

    @property
    def broke_off(self) -> str:
        """Why its last run came to no end."""
        return "" if self.found else self.last_error
