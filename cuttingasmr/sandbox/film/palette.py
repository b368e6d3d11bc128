"""Colours and textures for a film, read from its prompt.

One rule: a word that names a material chooses it; a prompt without one gets a look of its own, by dice.
"""

from dataclasses import dataclass

from .spec import FilmSpec

Stops = tuple[str, str, str, str]


@dataclass(frozen=True)
class Look:
    """Four colours from shadow to highlight, the light in the room, and what the surface is like."""

    stops: Stops
    glow: str
    texture: str


_LOOKS: dict[str, Look] = {
    "glass": Look(("06263a", "1284a8", "7fe3f0", "f4ffff"), "0f6f8f", "facets"),
    "ice": Look(("0b2a4a", "3f8fc9", "a9dcf7", "ffffff"), "2b6ea6", "facets"),
    "gold": Look(("3a1c02", "b8730c", "ffc94a", "fff6d0"), "a3640f", "brushed"),
    "honey": Look(("3b1600", "c26a05", "ffb52e", "fff0c2"), "b0660c", "honeycomb"),
    "lime": Look(("0c2f0a", "3f9a1c", "b6ec57", "f8ffd8"), "3f8f1f", "rings"),
    "soap": Look(("4b2147", "c96a9f", "f5b9cf", "fff6ee"), "9c4f8e", "layers"),
    "fire": Look(("260402", "b8210a", "ff8a24", "fff0b0"), "b83a0c", "embers"),
    "ruby": Look(("2e0410", "a80f2e", "f0506a", "ffe3e3"), "96173a", "facets"),
    "sand": Look(("0f2f38", "1f8f94", "67d6c4", "f2fff4"), "1b7d86", "grain"),
    "stone": Look(("17181d", "565b68", "a7adba", "f3f5fa"), "434a63", "grain"),
    "cosmic": Look(("0e0630", "4a22a8", "b067ff", "ffe9ff"), "5524b8", "rings"),
    "wood": Look(("2a1408", "834a20", "d69a58", "fff0d6"), "7c4a22", "layers"),
    "cocoa": Look(("1b0c07", "5c2f1a", "a8683c", "f9e4c9"), "6b3c20", "brushed"),
    "slime": Look(("032b28", "0f9f72", "5ff7b0", "f2fff6"), "0d8f70", "brushed"),
    "butter": Look(("5a3a06", "d9a326", "ffe27a", "fffbe6"), "a8812c", "brushed"),
    "lavender": Look(("1f1440", "6a52b8", "c3b0f2", "fdfbff"), "5a45a3", "layers"),
}

_WORDS: dict[str, str] = {
    "crystal": "glass", "orb": "glass", "water": "glass", "rain": "glass", "ocean": "glass", "jelly": "glass",
    "snow": "ice", "frost": "ice", "frozen": "ice", "icy": "ice",
    "golden": "gold", "brass": "gold", "amber": "honey", "honeycomb": "honey", "wax": "honey", "sponge": "honey",
    "green": "lime", "cucumber": "lime", "kiwi": "lime", "grass": "lime", "forest": "lime", "apple": "lime",
    "pink": "soap", "marshmallow": "soap", "foam": "soap",
    "lava": "fire", "iron": "fire", "ember": "fire", "fireplace": "fire", "forging": "fire", "hot": "fire",
    "red": "ruby", "strawberry": "ruby", "strawberries": "ruby", "cherry": "ruby", "tomato": "ruby",
    "kinetic": "sand", "teal": "sand", "metal": "stone", "steel": "stone", "marble": "stone", "chalk": "stone",
    "planet": "cosmic", "galaxy": "cosmic", "space": "cosmic", "digital": "cosmic", "purple": "cosmic",
    "walnut": "wood", "paper": "wood", "bread": "wood", "chocolate": "cocoa", "coffee": "cocoa", "leather": "cocoa",
    "squeeze": "slime", "toy": "slime", "silicone": "slime", "cheese": "butter", "lemon": "butter", "pineapple": "butter",
    "amethyst": "lavender", "violet": "lavender", "plum": "lavender",
}  # fmt: skip


def choose_look(spec: FilmSpec) -> Look:
    """Choose the look of the first material that the prompt names, else one that the dice choose."""
    for word in spec.prompt.lower().replace("-", " ").split():
        bare = word.strip(".,;:!?()'\"")
        if name := _WORDS.get(bare, bare if bare in _LOOKS else ""):
            return _LOOKS[name]
    return spec.dice("look").choice(list(_LOOKS.values()))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[0:2], 16), int(colour[2:4], 16), int(colour[4:6], 16)


def gradient_map(stops: tuple[str, ...]) -> str:
    """Arguments for `lutrgb` that turn brightness 0..255 into a walk along the colours."""
    step = 255 / (len(stops) - 1)
    told: list[str] = []
    for index, name in enumerate("rgb"):
        levels = [_channels(colour)[index] for colour in stops]
        walk = str(levels[-1])
        for place in range(len(levels) - 2, -1, -1):
            start, slope = levels[place], (levels[place + 1] - levels[place]) / step
            walk = f"if(lt(val,{(place + 1) * step:.2f}),{start}+{slope:.4f}*(val-{place * step:.2f}),{walk})"
        told.append(f"{name}='{walk}'")
    return ":".join(told)
