"""Names for files that leave this site: what a person would call them, and no system would choke on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

LONGEST: Final = 60
STRANGE = re.compile(r"[^\w .,()&+-]+")
RESERVED = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)")
NAMELESS: Final = "cuttingasmr"


def plain_name(words: str) -> str:
    """Make a name of what somebody wrote: letters of any script, digits and a few signs, up to 60 of them."""
    name = STRANGE.sub(" ", unicodedata.normalize("NFC", words))
    name = " ".join(name.split())
    if len(name) > LONGEST:
        name = name[:LONGEST].rpartition(" ")[0] or name[:LONGEST]
    name = name.strip(" .,-")
    return NAMELESS if not name or RESERVED.fullmatch(name) else name


def apart(names: Iterable[str]) -> list[str]:
    """Put numbers to names that stand more than once, whatever their capitals, so that all can lie in one folder."""
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        number, free = 1, name
        while free.casefold() in taken:
            number += 1
            free = f"{name} ({number})"
        taken.add(free.casefold())
        result.append(free)
    return result


def disposition(name: str, *, attachment: bool) -> str:
    """Say how a file is to be treated and what it is called (RFC 6266): in ASCII for old clients, and as it is."""
    kind = "attachment" if attachment else "inline"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = " ".join(plain.replace("\\", "").replace('"', "").split())
    ascii_only = (
        plain if plain.strip(" .").rpartition(".")[0].strip() else f"{NAMELESS}{name[name.rfind('.') :]}"
    )
    return f"{kind}; filename=\"{ascii_only}\"; filename*=UTF-8''{quote(name, safe='')}"
