"""What things are made of: each template, and each prompt of one's own, has a material with two hues and a texture.

The stylesheet (assets/site.css) knows how such a material looks.
"""

from __future__ import annotations

from colorsys import hls_to_rgb
from dataclasses import dataclass
from functools import cache
from math import atan2, degrees
from typing import Self
from zlib import crc32

from cuttingasmr.generation.templates import Template

TEXTURES = {
    "animal-vlog": "soft",
    "food-textures": "crumb",
    "cutting-slicing": "glass",
    "textures-materials": "ice",
    "natural-environment": "drops",
    "object-interaction": "grain",
    "industrial-crafts": "metal",
    "personal-care": "soft",
    "sleep-relaxation": "ripple",
    "layered-soap-cutting": "layers",
    "honeycomb-cutting": "cells",
    "kinetic-sand-cutting": "crumb",
    "minecraft-block-cutting": "blocks",
    "minecraft-block-breaking": "blocks",
    "ice-cutting": "ice",
    "planet-cutting": "ember",
    "cosmic-cutting": "stars",
    "digital-cutting": "keys",
    "stone-cutting": "crumb",
    "golden-apple-texture": "metal",
    "lime-texture": "cells",
    "ocean-waves": "ripple",
    "fireplace": "ember",
    "flowing-water": "ripple",
    "forest-ambiance": "grain",
    "metal-tapping": "metal",
    "glass-tapping": "glass",
    "texture-scratching": "keys",
    "page-turning": "layers",
    "package-unwrapping": "layers",
    "small-objects": "cells",
    "keyboard": "keys",
    "squeeze-toy": "soft",
    "slime-toy": "soft",
    "hot-iron": "ember",
    "electronic-device-cutting": "keys",
    "nail-care": "glass",
}
"""What the slab of a template, or else of its whole category, is made of: classes of assets/site.css."""


@dataclass(frozen=True)
class Material:
    """A material: its hues in degrees of OKLCH, and a class of the stylesheet."""

    hue: int
    second_hue: int
    texture: str

    @classmethod
    def of(cls, template: Template | None, prompt: str = "") -> Self:
        """Choose the material of a template; words of one's own are of coloured glass, always of the same colours."""
        if template:
            texture = TEXTURES.get(template.id) or TEXTURES[template.category]
            first, second = template.hues
            return cls(perceived(first), perceived(second), f"t-{texture}")
        seed = crc32(prompt.encode())
        return cls(seed % 360, (seed + 40 + seed % 97) % 360, "t-glass")


@cache
def perceived(hue: int) -> int:
    """Turn a hue of the colour wheel (HSL) into that of OKLCH, in which the stylesheet keeps all equally bright."""
    channels = hls_to_rgb(hue / 360, 0.55, 0.7)
    red, green, blue = (((c + 0.055) / 1.055) ** 2.4 if c > 0.04045 else c / 12.92 for c in channels)  # noqa: PLR2004 - sRGB
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    towards_red = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    towards_yellow = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return round(degrees(atan2(towards_yellow, towards_red))) % 360
