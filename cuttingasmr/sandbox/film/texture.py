"""Surfaces as formulas: brightness 0..255 of a block, from `X` and `Y` in pixels.

One rule: a surface is lit from above and to the left, whatever it is made of.
"""

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
    w, h = size
    dice = spec.dice("texture")
    phase, u, v = f"{dice.uniform(0, 6):.2f}", f"(X/{h})", f"(Y/{h})"
    if texture == "facets":
        one, two = f"mod({u}*2.3+{v}*1.7+{phase},1)", f"mod({u}*1.9-{v}*1.6+{phase},1)"
        planes = "+".join(f"min({plane},24*(1-{plane}))" for plane in (one, two))
        lines = "+".join(f"exp(-pow(({plane}-0.975)/0.012,2))" for plane in (one, two))
        return f"58*({planes}+abs(mod({u}*0.8+{v}*2.1,1)-0.5))-84+34*({lines})"
    if texture == "layers":
        bands = dice.randint(4, 6)
        return f"46*tanh(3*sin({v}*{bands * 6.28:.2f}+0.5*sin({u}*3+{phase})))+10*sin({u}*9+{v}*31)"
    if texture == "honeycomb":
        k = 6.2832 * dice.uniform(6.5, 8)
        cells = f"(cos({k:.2f}*{v})+cos({k / 2:.2f}*({v}+1.732*{u}))+cos({k / 2:.2f}*({v}-1.732*{u})))"
        return f"74*tanh(1.3*({cells}+0.9))-46"
    if texture == "rings":
        cx, cy = w * dice.uniform(0.3, 0.6), h * dice.uniform(0.3, 0.7)
        return (
            f"24*sin(hypot(X-{cx:.0f},Y-{cy:.0f})/{h * 0.034:.2f}+1.5*sin({u}*4+{phase}))+18*sin({u}*5+{v}*3)"
        )
    if texture == "grain":
        return f"30*(random(0)-0.5)+20*sin({u}*11+{v}*5+{phase})*sin({v}*13)"
    if texture == "embers":
        return f"70*sin({u}*7+2*sin({v}*5+{phase}))*sin({v}*9+1.6*sin({u}*6))"
    return f"12*sin({u}*6+2*sin({v}*4+{phase}))+9*sin({v}*90+3*sin({u}*4))"
