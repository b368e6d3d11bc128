"""Checks that the migrations give exactly the tables that the models describe, and that they can be undone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Go up, compare, go down, and up again, on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/check.db", "APP_ENV": "development"}
        for arguments in (["upgrade", "head"], ["check"], ["downgrade", "base"], ["upgrade", "head"]):
            command = [str(Path(sys.executable).parent / "alembic"), *arguments]
            answer = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            if answer.returncode != 0:
                print(f"alembic {' '.join(arguments)}:\n{answer.stdout}{answer.stderr}")
                return 1
    print("Migrations and models agree.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
