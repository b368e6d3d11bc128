"""Words in a prompt that choose what becomes of it, as test cards do. One rule: no word, no surprise."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"sandbox:([a-z0-9-]+)(?:=([0-9.]+))?")


@dataclass(frozen=True)
class Fates:
    """All that a prompt asks for; see `FATES` for what each word does."""

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


FATES = {
    "policy": "accepted, then refused for the content policy (errorCode 400)",
    "fail": "accepted, then fails (errorCode 501; sandbox:fail=500 for 500)",
    "slow=N": "takes N seconds",
    "never": "never finishes",
    "no-callback": "finishes, but nobody is told",
    "broken-file": "the result is not a video",
    "reject": "not accepted: 422, no task",
    "submit-429": "not accepted: 429 (submit-429=2: only the first two times)",
    "submit-500": "not accepted: 500 (submit-500=2: only the first two times)",
    "submit-lost": "accepted and made, but the answer never arrives",
}


def read_fates(prompt: str) -> Fates:
    """Read the fates in a prompt."""
    return Fates({word: number or "" for word, number in _WORD.findall(prompt)})
