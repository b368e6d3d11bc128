"""What the scheduled jobs have done, counted since the beginning, so that operators see whether they are needed."""

from __future__ import annotations

from sqlmodel import Session, col

from cuttingasmr import db
from cuttingasmr.models import ChoreRun

ERROR_LIMIT = 200


def count(
    session: Session, name: str, *, mended: int = 0, returned: int = 0, removed: int = 0, error: str = ""
) -> None:
    """Count one run of a job and what it did. Call it in the transaction of what it tells of, where there is one."""
    now = db.utc_now()
    done = {"mended": mended, "returned": returned, "removed": removed}
    last = {"ran_at": now, "last_error": error[:ERROR_LIMIT]}
    run = db.insert_for(session)(ChoreRun).values(name=name, runs=1, **last, **done)
    added = {column: col(getattr(ChoreRun, column)) + more for column, more in {"runs": 1, **done}.items()}
    session.exec(run.on_conflict_do_update(index_elements=["name"], set_={**last, **added}))
