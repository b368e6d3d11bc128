"""What is asked of the database while a test looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import event

from cuttingasmr import db


@dataclass
class Asked:
    """The statements that were run, and how many transactions they were."""

    statements: list[str] = field(default_factory=list)
    transactions: int = 0

    def note_statement(self, *said: object) -> None:
        """Hear of a statement; SQLite's own `BEGIN` is one, too, and is none of ours."""
        if not (statement := str(said[2])).startswith("BEGIN"):
            self.statements.append(statement)

    def note_transaction(self, _connection: object) -> None:
        """Hear of the beginning of a transaction."""
        self.transactions += 1


@contextmanager
def asked() -> Iterator[Asked]:
    """Collect what this process asks of its database while the block runs."""
    found, engine = Asked(), db.get_engine()
    heard = (("before_cursor_execute", found.note_statement), ("begin", found.note_transaction))
    for name, note in heard:
        event.listen(engine, name, note)
    try:
        yield found
    finally:
        for name, note in heard:
            event.remove(engine, name, note)
