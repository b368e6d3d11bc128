"""What decides a film: its prompt, its size and its length. One rule: no clock and no true randomness."""

import hashlib
import random
from dataclasses import dataclass

FRAMES_PER_SECOND = 24
_FORMAT_VERSION = "1"


@dataclass(frozen=True)
class FilmSpec:
    """One film, before it is made."""

    prompt: str
    width: int
    height: int
    seconds: int

    @property
    def name(self) -> str:
        """The file's name: equal specs share one file."""
        told = f"{_FORMAT_VERSION}|{self.prompt}|{self.width}x{self.height}|{self.seconds}"
        return hashlib.sha256(told.encode()).hexdigest()[:32] + ".mp4"

    @property
    def scale(self) -> float:
        """Pixels of this film per pixel of a 720-line film."""
        return min(self.width, self.height) / 720

    @property
    def is_portrait(self) -> bool:
        """Higher than wide."""
        return self.height > self.width

    def dice(self, purpose: str) -> random.Random:
        """Dice that always fall the same way for this prompt, whatever the size."""
        return random.Random(hashlib.sha256(f"{purpose}|{self.prompt}".encode()).digest())


def film_spec(prompt: str, ratio: str, resolution: str, seconds: int) -> FilmSpec:
    """Describe the film for a request's words: `9:16` stands upright, everything else lies; `1080p` has 1080 lines."""
    long, short = (1920, 1080) if resolution == "1080p" else (1280, 720)
    width, height = (short, long) if ratio == "9:16" else (long, short)
    return FilmSpec(prompt=prompt, width=width, height=height, seconds=seconds)
