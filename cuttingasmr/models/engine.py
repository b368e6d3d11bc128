"""Which workflow engines are alive."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class EngineBeat(SQLModel, table=True):
    """An engine's last sign of life. One that is silent too long is taken for dead and its work handed on."""

    __tablename__ = "engine_beats"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    executor_id: str = Field(primary_key=True, max_length=64)
    beat_at: datetime = moment(index=True)
