"""What somebody tells about themselves, and how they want the site to be."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.auth.local import NAME_LIMIT
from cuttingasmr.errors import Invalid, SignInRequired
from cuttingasmr.models import User

THEMES: Final = ("dark", "light", "system")

REGIONS: Final = {
    "en-US": "English (United States)",
    "en-GB": "English (United Kingdom)",
    "de-DE": "Deutsch",
    "es-ES": "Español",
    "fr-FR": "Français",
    "it-IT": "Italiano",
    "nl-NL": "Nederlands",
    "pl-PL": "Polski",
    "pt-BR": "Português (Brasil)",
    "sv-SE": "Svenska",
    "tr-TR": "Türkçe",
    "ar-EG": "العربية",
    "hi-IN": "हिन्दी",
    "ja-JP": "日本語",
    "ko-KR": "한국어",
    "zh-CN": "简体中文",
    "zh-TW": "繁體中文",
}
"""As what dates, numbers and money can be written; every browser knows them (ECMA-402)."""

NOTICES: Final = ("mails_ready", "mails_low")

JOINERS: Final = "\u200c\u200d"
"""Cannot be seen, but hold a family's emoji and Persian words together."""


class InvalidName(Invalid):
    """A name has 1 to 120 characters, in one line."""


class InvalidSetting(Invalid):
    """This cannot be chosen here."""


async def change(*, user_id: str, facts: Mapping[str, object]) -> User:
    """Change some of somebody's name and settings, all or none, and wake their pages.

    Raises `InvalidName` or `InvalidSetting` before anything is changed.
    """
    checked = {name: _checked(name, value) for name, value in facts.items()}
    user = await db.transact(_change, user_id=user_id, facts=checked)
    live.publish(user_id)
    return user


def checked_name(name: object) -> str:
    """Give a name back without what cannot be seen, or raise `InvalidName`."""
    if not isinstance(name, str) or len(name) > 4 * NAME_LIMIT:
        raise InvalidName
    seen = "".join(
        character if character.isprintable() or character in JOINERS else " " for character in name
    )
    plain = unicodedata.normalize("NFC", " ".join(seen.split())).strip(JOINERS)
    if not 0 < len(plain) <= NAME_LIMIT or not any(_is_seen(character) for character in plain):
        raise InvalidName
    return plain


def _is_seen(character: str) -> bool:
    """Tell whether anything is drawn for it: a blank filler, or an accent without its letter, is no name."""
    return unicodedata.category(character)[0] not in "MZC" and character not in "\u115f\u1160\u3164\uffa0"


def _checked(name: str, value: object) -> object:
    if name == "name":
        return checked_name(value)
    allowed = {"theme": THEMES, "region": ("", *REGIONS)}
    is_known = isinstance(value, bool) if name in NOTICES else value in allowed.get(name, ())
    if not is_known:
        raise InvalidSetting
    return value


def _change(session: Session, *, user_id: str, facts: Mapping[str, object]) -> User:
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).first()
    if user is None:
        raise SignInRequired
    for name, value in facts.items():
        setattr(user, name, value)
    if "name" in facts:
        user.has_own_name = True
    session.add(user)
    return user
