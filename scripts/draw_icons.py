"""Writes `assets/icons.svg`: every icon of the site in one small file, so that none weighs on the pages' JavaScript.

`npm pack lucide-static`, unpack it, then `.venv/bin/python scripts/draw_icons.py package/icons`. Run it again when an
icon is added here or to a template.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cuttingasmr.generation.templates import all_templates

SPRITE = Path(__file__).resolve().parent.parent / "assets" / "icons.svg"
OURS = (
    "arrow-right",
    "camera",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle-alert",
    "circle-stop",
    "clapperboard",
    "coins",
    "copy",
    "credit-card",
    "download",
    "film",
    "folder-down",
    "hand",
    "heart",
    "history",
    "image-plus",
    "layout-grid",
    "link",
    "log-out",
    "message-circle",
    "monitor",
    "moon",
    "pencil-line",
    "plus",
    "receipt",
    "rectangle-horizontal",
    "rectangle-vertical",
    "repeat-2",
    "rotate-ccw",
    "scissors",
    "search",
    "shield",
    "sliders-horizontal",
    "smartphone",
    "square-check-big",
    "sun",
    "trash-2",
    "undo-2",
    "user",
    "volume-2",
    "wifi-off",
    "x",
)
LICENCE = "<!-- Icons: Lucide (lucide.dev), ISC licence, (c) Lucide Icons and Contributors -->"
SVG = re.compile(r"<svg[^>]*>(.*?)</svg>", re.DOTALL)


def main() -> None:
    """Draw the sprite from the folder of icons named on the command line."""
    folder = Path(sys.argv[1])
    names = sorted({*OURS, *(template.icon for template in all_templates())})
    symbols = "\n".join(symbol(folder, name) for name in names)
    SPRITE.write_text(f'{LICENCE}\n<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n')
    print(f"{len(names)} icons, {SPRITE.stat().st_size} bytes")


def symbol(folder: Path, name: str) -> str:
    """Turn one icon's file into a symbol of the sprite."""
    found = SVG.search((folder / f"{name}.svg").read_text())
    if found is None:
        raise SystemExit(f"{name}.svg holds no <svg>")
    shape = re.sub(r"\s+", " ", found[1]).replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shape}</symbol>'


if __name__ == "__main__":
    main()
