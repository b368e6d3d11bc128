"""Surfaces as formulas: brightness 0..255 of a block, from `X` and `Y` in pixels.

One rule: a surface is lit from above and to the left, whatever it is made of.
"""

from collections.abc import Callable
from random import Random

from .spec import FilmSpec


def block_outline(size: tuple[int, int], radius: int) -> str:
    """255 inside a rectangle with round corners, 0 outside, one soft pixel between."""
    return f"255*clip(0.5-({_distance(size, radius)}),0,1)"


def _distance(size: tuple[int, int], radius: int) -> str:
    """Pixels to the block's edge; negative inside."""
    w, h = size
    dx, dy = f"(abs(X-{(w - 1) / 2})-{w / 2 - radius})", f"(abs(Y-{(h - 1) / 2})-{h / 2 - radius})"
    return f"hypot(max({dx},0),max({dy},0))+min(max({dx},{dy}),0)-{radius}"


def block_shade(texture: str, size: tuple[int, int], spec: FilmSpec) -> str:
    """Light, material and rim of a block."""
    w, h = size
    body = f"112+52*(1-Y/{h})-18*X/{w}"
    top_light = f"70*exp(-pow((Y-{h * 0.1:.1f})/{h * 0.055:.1f},2))"
    inner_glow = (
        f"46*exp(-pow((Y-{h * 0.76:.1f})/{h * 0.15:.1f},2))*exp(-pow((X-{w * 0.45:.1f})/{w * 0.5:.1f},2))"
    )
    rim = f"58*exp(({_distance(size, round(20 * spec.scale))})/{4 * spec.scale:.1f})*(0.55-Y/{h})"
    side = f"(1-0.66*clip((Y-{h * 0.925:.1f})/1.2,0,1))"
    lip = f"60*exp(-pow((Y-{h * 0.918:.1f})/{0.9 * spec.scale:.2f},2))"
    return f"({body}+{top_light}+{inner_glow}+{rim}+({_material(texture, size, spec)}))*{side}+{lip}"


def _material(texture: str, size: tuple[int, int], spec: FilmSpec) -> str:
    dice = spec.dice("texture")
    height = size[1]
    return _MATERIALS[texture](f"(X/{height})", f"(Y/{height})", dice)


def _facets(u: str, v: str, dice: Random) -> str:
    phase = f"{dice.uniform(0, 6):.2f}"
    one, two = f"mod({u}*2.3+{v}*1.7+{phase},1)", f"mod({u}*1.9-{v}*1.6+{phase},1)"
    planes = "+".join(f"min({plane},24*(1-{plane}))" for plane in (one, two))
    lines = "+".join(f"exp(-pow(({plane}-0.975)/0.012,2))" for plane in (one, two))
    return f"58*({planes}+abs(mod({u}*0.8+{v}*2.1,1)-0.5))-84+34*({lines})"


def _layers(u: str, v: str, dice: Random) -> str:
    bands, phase = dice.randint(4, 6) * 6.28, dice.uniform(0, 6)
    return f"46*tanh(3*sin({v}*{bands:.2f}+0.5*sin({u}*3+{phase:.2f})))+10*sin({u}*9+{v}*31)"


def _honeycomb(u: str, v: str, dice: Random) -> str:
    k = 6.2832 * dice.uniform(6.5, 8)
    waves = (f"{k:.2f}*{v}", f"{k / 2:.2f}*({v}+1.732*{u})", f"{k / 2:.2f}*({v}-1.732*{u})")
    cells = "+".join(f"cos({wave})" for wave in waves)
    return f"74*tanh(1.3*({cells}+0.9))-46"


def _rings(u: str, v: str, dice: Random) -> str:
    across, down, phase = dice.uniform(0.5, 1.1), dice.uniform(0.3, 0.7), dice.uniform(0, 6)
    rings = f"hypot({u}-{across:.2f},{v}-{down:.2f})/0.034+1.5*sin({u}*4+{phase:.2f})"
    return f"24*sin({rings})+18*sin({u}*5+{v}*3)"


def _grain(u: str, v: str, dice: Random) -> str:
    return f"30*(random(0)-0.5)+20*sin({u}*11+{v}*5+{dice.uniform(0, 6):.2f})*sin({v}*13)"


def _embers(u: str, v: str, dice: Random) -> str:
    return f"70*sin({u}*7+2*sin({v}*5+{dice.uniform(0, 6):.2f}))*sin({v}*9+1.6*sin({u}*6))"


def _brushed(u: str, v: str, dice: Random) -> str:
    return f"12*sin({u}*6+2*sin({v}*4+{dice.uniform(0, 6):.2f}))+9*sin({v}*90+3*sin({u}*4))"


_MATERIALS: dict[str, Callable[[str, str, Random], str]] = {
    "facets": _facets,
    "layers": _layers,
    "honeycomb": _honeycomb,
    "rings": _rings,
    "grain": _grain,
    "embers": _embers,
    "brushed": _brushed,
}
