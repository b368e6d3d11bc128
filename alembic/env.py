"""How migrations reach the database. One transaction each, with limits on how long it may wait or hold.

What is not in our metadata is somebody else's, and left alone.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import text
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import cuttingasmr.models  # noqa: F401 - fills the metadata
from cuttingasmr.db import make_engine
from cuttingasmr.models.columns import UtcDateTime
from cuttingasmr.settings import get_settings


def is_ours(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:  # noqa: ANN401, ARG001, FBT001
    """Tell whether a table found in the database is one of ours to compare."""
    return not (kind == "table" and reflected and name not in SQLModel.metadata.tables)


def rendered(kind: str, item: Any, context_: Any) -> str | bool:  # noqa: ANN401, ARG001
    """Write plain SQLAlchemy types into migrations, which must not change when our classes do."""
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})"
    return False


def migrate() -> None:
    """Run the migrations that were asked for."""
    engine = make_engine(context.config.attributes.get("url") or get_settings().database_url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            include_object=is_ours,
            render_item=rendered,
            render_as_batch=engine.dialect.name == "sqlite",
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                connection.execute(text("SET LOCAL statement_timeout = '10min'"))
            context.run_migrations()
    engine.dispose()


migrate()
