"""Writes down a new edition of every text of content/ that was changed: `scripts/edition.py "what changed, in a sentence"`.

With `--check` it only says which texts have changed since their last edition, and fails if any has.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

CONTENT = Path(__file__).resolve().parent.parent / "cuttingasmr" / "content"
LIST = CONTENT / "editions.toml"
TEXTS = ("terms", "privacy", "refund")


def main(arguments: list[str]) -> int:
    """Add what is missing, or say what is."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    changed = [(name, found) for name in TEXTS if (found := hash_of(name)) != last_hash(name)]
    if arguments == ["--check"]:
        print("\n".join(f"{name}.md has no edition: run scripts/edition.py" for name, _ in changed))
        return 1 if changed else 0
    for name, found in changed:
        add(name, found, arguments[0])
    print(f"New editions: {', '.join(name for name, _ in changed) or 'none'}.")
    return 0


def hash_of(name: str) -> str:
    """Take the hash of a text as it is now."""
    return hashlib.sha256((CONTENT / f"{name}.md").read_text(encoding="utf-8").encode()).hexdigest()


def last_hash(name: str) -> str:
    """Give the hash that its last edition was written down with."""
    rows = tomllib.loads(LIST.read_text(encoding="utf-8")).get(name, [])
    return rows[-1]["sha256"] if rows else ""


def add(name: str, found: str, changed: str) -> None:
    """Append an edition."""
    sentence = " ".join(changed.split()).replace("\\", "").replace('"', "'")
    lines = [
        f"[[{name}]]",
        f"since = {datetime.now(UTC).date()}",
        f'changed = "{sentence}"',
        f'sha256 = "{found}"',
        "",
        "",
    ]
    with LIST.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
