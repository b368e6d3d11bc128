"""Make one film: `python -m cuttingasmr.sandbox.film PATH WIDTH HEIGHT SECONDS < prompt`.

One rule: the file appears under its name only when it is whole.
"""

import os
import sys
from pathlib import Path

from .encode import write_film
from .spec import FilmSpec


def main(arguments: list[str]) -> None:
    """Encode at low priority, so that films never slow the site that is being tried out."""
    os.nice(5)
    path, width, height, seconds = arguments
    write_film(FilmSpec(sys.stdin.read(), int(width), int(height), int(seconds)), Path(path))


if __name__ == "__main__":
    main(sys.argv[1:])
