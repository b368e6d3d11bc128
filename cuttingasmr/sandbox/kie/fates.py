"""Words in a prompt that choose what becomes of it, as test cards do. One rule: no word, no surprise.

Accepted, and then: `sandbox:policy` (refused, 400), `sandbox:fail` (501; `=500` for 500), `sandbox:slow=N` (N seconds),
`sandbox:never`, `sandbox:no-callback`, `sandbox:broken-file`, `sandbox:submit-lost` (the answer never arrives),
`sandbox:no-1080p` (there is no larger version).
Not accepted: `sandbox:reject`, `sandbox:submit-429`, `sandbox:submit-500` (`=2`: only the first two times).
"""

import re
from dataclasses import dataclass

_WORD = re.compile(r"sandbox:([a-z0-9-]+)(?:=([0-9.]+))?")


@dataclass(frozen=True)
class Fates:
    """All that a prompt asks for."""

    words: dict[str, str]

    def __contains__(self, word: str) -> bool:
        return word in self.words

    def number(self, word: str) -> float | None:
        """Return the number after the word, if there is one."""
        try:
            return float(self.words[word])
        except (KeyError, ValueError):
            return None

    @property
    def makes_a_film(self) -> bool:
        """There will be something to see."""
        return not {"policy", "fail", "never", "broken-file"} & self.words.keys()


def read_fates(prompt: str) -> Fates:
    """Read the fates in a prompt."""
    return Fates({word: number or "" for word, number in _WORD.findall(prompt)})
