"""The schema: brought up to date by `python -m cuttingasmr.migrations`, and checked before anything starts."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from cuttingasmr.db import get_engine, is_unreachable
from cuttingasmr.errors import DatabaseUnavailable, SchemaMismatch

HERE = Path(__file__).parent.parent
MEND = "make migrate"


def configuration() -> Config:
    """Find our migrations, wherever the command is run from."""
    config = Config(HERE / "alembic.ini")
    config.set_main_option("script_location", str(HERE / "alembic"))
    return config


def upgrade() -> None:
    """Bring the tables up to date."""
    command.upgrade(configuration(), "head")


def check_schema() -> None:
    """Let a database of this version pass; raise `SchemaMismatch`, which names the command that mends it."""
    scripts = ScriptDirectory.from_config(configuration())
    try:
        with get_engine().connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        if is_unreachable(error):
            raise DatabaseUnavailable from error
        raise
    if found == scripts.get_current_head():
        return
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(
            f"The database is at migration {found}, which this version of the site does not know: it was migrated by "
            "a newer one. Start that version, or go back with its `alembic downgrade`."
        )
    raise SchemaMismatch(
        f"The database is at migration {found or 'none'}, not at the newest. Run `{MEND}` and start again."
    )


if __name__ == "__main__":
    upgrade()
    sys.exit(0)
