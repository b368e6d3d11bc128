"""What buyers agree to before their first purchase: the terms, privacy and refund texts.

Each text has editions, listed in content/editions.toml: when, what changed in a line, and the hash of the text. The version of
all three is made of their newest date and of the texts themselves, so a text that was changed is a new version whatever else
was forgotten; `scripts/edition.py` adds the line, and a test fails without it. What a text takes from the settings (`{bin_days}`)
is a part of what is agreed to.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import AgreementNeeded
from cuttingasmr.models import Agreement
from cuttingasmr.settings import get_settings

TEXTS = ("terms", "privacy", "refund")
NAMES = {"terms": "Terms of service", "privacy": "Privacy policy", "refund": "Refund policy"}
PERIODS = "It names other numbers of days than before."


@dataclass(frozen=True)
class Edition:
    """One edition of one text; the first has number 1."""

    text: str
    number: int
    since: date
    changed: str
    text_hash: str


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: what they have agreed to last, whether that is how the texts are now, and what changed since."""

    latest: Agreement | None
    is_current: bool
    changes: Sequence[Edition]


@cache
def text_of(name: str) -> str:
    """Give one of the texts, in Markdown, with names in braces where it says what `facts` knows."""
    return (files("cuttingasmr.content") / f"{name}.md").read_text(encoding="utf-8")


def facts() -> dict[str, str]:
    """Say what the texts take from the settings of this site."""
    settings = get_settings()
    found = {name: getattr(settings, name) for name in ("bin_days", "deletion_days", "export_days")}
    return {name: "1 day" if days == 1 else f"{days} days" for name, days in found.items()}


def hash_of(text: str) -> str:
    """Name exactly what stands in a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def text_hash() -> str:
    """Name exactly what is agreed to."""
    return hash_of("\n".join(text_of(name).format_map(facts()) for name in TEXTS))


@cache
def editions(name: str) -> tuple[Edition, ...]:
    """List the editions of a text, oldest first."""
    listed = tomllib.loads((files("cuttingasmr.content") / "editions.toml").read_text(encoding="utf-8"))
    return tuple(
        Edition(name, number, row["since"], row["changed"], row["sha256"])
        for number, row in enumerate(listed[name], start=1)
    )


def version() -> str:
    """Name the three texts as they are now: the day of the newest edition, and a part of their hash."""
    newest = max(editions(name)[-1].since for name in TEXTS)
    return f"{newest.isoformat()}-{text_hash()[:8]}"


def standing(session: Session, *, user_id: str) -> Standing:
    """Tell where somebody stands, on whatever device they agreed."""
    mine = select(Agreement).where(col(Agreement.user_id) == user_id)
    rows = session.exec(mine.order_by(col(Agreement.agreed_at).desc(), col(Agreement.id).desc())).all()
    current = next((row for row in rows if row.text_hash == text_hash()), None)
    latest = current or (rows[0] if rows else None)
    return Standing(latest, current is not None, _since(latest) if latest and not current else ())


def has_agreed(session: Session, *, user_id: str) -> bool:
    """Tell whether somebody has agreed to the texts as they are now."""
    return standing(session, user_id=user_id).is_current


def require_renewal(session: Session, *, user_id: str) -> None:
    """Raise `AgreementNeeded` for whom an older version than today's was agreed to; who never agreed is let pass.

    Why both: docs/decisions/0016.
    """
    found = standing(session, user_id=user_id)
    if found.latest is not None and not found.is_current:
        raise AgreementNeeded(version=version())


def agree(session: Session, *, user_id: str) -> None:
    """Write down that somebody agrees to the texts as they are now. Repeating it changes nothing."""
    row = db.insert_for(session)(Agreement).values(
        user_id=user_id,
        version=version(),
        text_hash=text_hash(),
        agreed_at=db.utc_now(),
        editions={name: editions(name)[-1].number for name in TEXTS},
    )
    session.exec(row.on_conflict_do_nothing(index_elements=["user_id", "version"]))


def _since(agreement: Agreement) -> tuple[Edition, ...]:
    """List the editions that came after what was agreed to; who agreed before they were counted has read the first.

    Where there is none, the texts are others by what they take from the settings.
    """
    newer = tuple(
        edition
        for name in TEXTS
        for edition in editions(name)
        if edition.number > agreement.editions.get(name, 1)
    )
    return newer or (replace(editions("privacy")[-1], changed=PERIODS),)
