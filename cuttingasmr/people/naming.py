"""Whether something names an address: the whole of it, for `n@example.org` stands in `ann@example.org` and is somebody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

BEFORE = r"(?<![\w.!#$%+^~-])(?<!\w')"
"""What would belong to a longer address: an apostrophe only within a name, since it also stands before what is quoted."""

AFTER = r"(?![\w-]|\.\w)"


def names(value: object, address: str) -> bool:
    """Tell whether an address stands, in whichever letters, in any text of a piece of JSON."""
    whole = re.compile(BEFORE + re.escape(address) + AFTER, re.IGNORECASE)
    return any(whole.search(text) for text in _texts(value))


def in_json(text: str) -> str:
    """Write an address as it stands inside of stored JSON, where only ASCII does."""
    return json.dumps(text)[1:-1]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in cast("dict[str, object]", value).items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _texts(inner)
