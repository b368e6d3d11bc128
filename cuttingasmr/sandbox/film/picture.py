"""The moving picture: a block of something lovely, cut slice by slice under a soft light.

One rule: lengths are written for 720 lines and scaled, so that both resolutions show the same film.
"""

from dataclasses import dataclass

from av.filter import Graph
from av.filter.context import FilterContext

from .canvas import chain, coloured, copies, flat, formula, lasting, over
from .palette import Look, choose_look, gradient_map
from .rhythm import Rhythm
from .spec import FilmSpec
from .texture import block_outline, block_shade

_SMOOTH = "ld(0)*ld(0)*(3-2*ld(0))"


@dataclass(frozen=True)
class Stage:
    """Where the block lies, in pixels of the film, and how it is divided."""

    spec: FilmSpec
    look: Look
    rhythm: Rhythm
    left: int
    top: int
    width: int
    height: int
    slice_width: int
    gap: int

    @property
    def cuts(self) -> int:
        """How many slices there will be."""
        return len(self.rhythm.cuts)

    def edge(self, number: int) -> int:
        """Where cut `number` goes through the block, from its left end."""
        return self.width - self.slice_width * (number + 1)


def set_stage(spec: FilmSpec, rhythm: Rhythm) -> Stage:
    """Lay out the block so that all its slices stay in the frame."""
    wide, high, thick, gap, left = (480, 600, 52, 26, 44) if spec.is_portrait else (720, 392, 72, 40, 150)
    width, height, thick, gap, left = (
        round(length * spec.scale / 4) * 4 for length in (wide, high, thick, gap, left)
    )
    top = (spec.height - height) // 4 * 2 + round(20 * spec.scale) // 2 * 2
    return Stage(spec, choose_look(spec), rhythm, left, top, width, height, thick, gap)


def picture(graph: Graph, stage: Stage) -> FilterContext:
    """All layers, far to near. Each layer costs a copy of the frame, so there are few."""
    view = _lights(graph, _room(graph, stage), stage)
    view = _slices(graph, view, stage, [_slide(stage, number) for number in range(stage.cuts)])
    view = _sweep_of_light(graph, view, stage)
    return _blade(graph, view, stage)


def _room(graph: Graph, stage: Stage) -> FilterContext:
    """Paint a dark room with one lamp, and the table's shade under everything that will lie on it."""
    spec, dice = stage.spec, stage.spec.dice("room")
    w, h = spec.width // 4, spec.height // 4
    lamp_x, lamp_y, reach = w * dice.uniform(0.3, 0.7), h * dice.uniform(0.08, 0.26), max(w, h) * 0.75
    lamp = f"88*exp(-pow(hypot(X-{lamp_x:.1f},Y-{lamp_y:.1f})/{reach:.1f},2)*2.2)"
    table = f"30*exp(-pow((Y-{h * 0.86:.1f})/{h * 0.2:.1f},2))*exp(-pow((X-{w / 2:.1f})/{w * 0.5:.1f},2))"
    low, left, soft = (stage.top + stage.height) / 4, stage.left / 4, 30 * spec.scale
    right = left + (stage.width + stage.gap * 3) / 4
    beyond = (
        f"hypot(max(max({left + 4:.1f}-X,X-{right:.1f}),0),max(max({stage.top / 4:.1f}-Y,Y-{low - 3:.1f}),0))"
    )
    shade = f"(1-0.72*pow(clip(1-{beyond}/{soft:.1f},0,1),1.6))"
    dark = formula(graph, (w, h), f"3+({lamp}+{table})*{shade}")
    stops = gradient_map(("05060a", stage.look.glow, stage.look.stops[2]))
    big = f"{spec.width}:{spec.height}:flags=bicubic"
    room = chain(
        graph,
        dark,
        ("format", "gbrp"),
        ("lutrgb", stops),
        ("format", "yuv420p"),
        ("scale", big),
        ("noise", "c0s=2"),
    )
    return lasting(graph, room)


def _lights(graph: Graph, view: FilterContext, stage: Stage) -> FilterContext:
    """Two groups of lamps far away, out of focus, drifting slowly."""
    spec, dice = stage.spec, stage.spec.dice("lights")
    w, h = spec.width // 10, round(stage.top * 0.8) // 4
    for start in (0.04, 0.56):
        discs = "+".join(
            f"{dice.randint(14, 40)}*clip(({radius:.1f}-hypot(X-{dice.uniform(radius, w - radius):.1f},"
            f"Y-{dice.uniform(radius, h - radius):.1f}))/2,0,1)"
            for radius in (dice.uniform(3, 11) * spec.scale for _ in range(4))
        )
        alpha = formula(graph, (w, h), discs)
        group = chain(
            graph,
            flat(graph, alpha, (w, h), stage.look.stops[2]),
            ("scale", f"{w * 4}:{h * 4}:flags=bicubic"),
        )
        sway = f"{26 * spec.scale:.0f}*sin(t*{dice.uniform(0.35, 0.6):.2f}+{dice.uniform(0, 6):.2f})"
        view = over(
            graph,
            view,
            lasting(graph, group),
            f"{spec.width * start:.0f}+{sway}",
            f"{dice.uniform(0, 0.2) * stage.top:.0f}",
        )
    return view


def _slide(stage: Stage, number: int) -> str:
    """How far slice `number` has moved to the right at the time `t`: its own cut, and every later one, pushes it."""
    pushes = [
        f"st(0,clip((t-{moment:.3f})/0.55,0,1))*0+{stage.gap * (1.6 if later == number else 0.72):.1f}*{_SMOOTH}"
        for later, moment in enumerate(stage.rhythm.parted)
        if later >= number
    ]
    return "+".join(pushes)


def _slices(graph: Graph, view: FilterContext, stage: Stage, slides: list[str]) -> FilterContext:
    """Paint the block, cropped into its slices and what is left of it."""
    parted = stage.rhythm.parted
    for number, outlet in enumerate(copies(graph, _block(graph, stage), stage.cuts + 1)):
        heel = number == stage.cuts
        x, width = (0, stage.edge(stage.cuts - 1)) if heel else (stage.edge(number), stage.slice_width)
        piece = lasting(graph, chain(graph, outlet, ("crop", f"{width}:{stage.height}:{x}:0")))
        if not heel:
            piece = _cut_edge(graph, piece, stage, "0", "white@0.4", parted[number])
        if number > 0:
            piece = _cut_edge(graph, piece, stage, "iw-w", "black@0.25", parted[number - 1])
        place = str(stage.left) if heel else f"{stage.left + x}+{slides[number]}"
        view = over(graph, view, piece, place, str(stage.top))
    return view


def _block(graph: Graph, stage: Stage) -> FilterContext:
    """Paint the whole block; drawn at half size and enlarged, since formulas are what costs."""
    half = (stage.width // 2, stage.height // 2)
    shade = formula(graph, half, block_shade(stage.look.texture, half, stage.spec))
    alpha = formula(graph, half, block_outline(half, round(20 * stage.spec.scale)))
    enlarge = ("scale", f"{stage.width}:{stage.height}:flags=bicubic")
    return coloured(graph, chain(graph, shade, enlarge), chain(graph, alpha, enlarge), stage.look.stops)


def _cut_edge(
    graph: Graph, piece: FilterContext, stage: Stage, x: str, colour: str, since: float
) -> FilterContext:
    """Paint a thin line of light or shade along a cut, from the moment of the cut."""
    thin = max(2, round(3 * stage.spec.scale))
    return chain(
        graph,
        piece,
        ("drawbox", f"x='{x}':y=0:w={thin}:h=ih:color={colour}:t=fill:enable='gte(t,{since:.3f})'"),
    )


def _sweep_of_light(graph: Graph, view: FilterContext, stage: Stage) -> FilterContext:
    """Paint a reflection that wanders over the surface."""
    w, h = round(stage.width * 0.42) // 4 * 4, round(stage.height * 0.9) // 4 * 4
    small = (w // 4, h // 4)
    alpha = formula(
        graph, small, f"62*exp(-pow((X-{small[0] / 2}+(Y-{small[1] / 2})*0.35)/{small[0] * 0.13:.1f},2))"
        f"*exp(-pow((Y-{small[1] / 2})/{small[1] * 0.28:.1f},2))",
    )  # fmt: skip
    sheen = chain(graph, flat(graph, alpha, small, "ffffff"), ("scale", f"{w}:{h}:flags=bicubic"))
    period = stage.spec.dice("sheen").uniform(0.55, 0.95)
    x = f"{stage.left}+{stage.width - w}*(0.5+0.5*sin(t*{period:.2f}-1.2))"
    return over(graph, view, lasting(graph, sheen), x, str(stage.top + (stage.height - h) // 2))


def _blade(graph: Graph, view: FilterContext, stage: Stage) -> FilterContext:
    """Paint a blade seen from above its back, and the light it carries."""
    scale, tall = stage.spec.scale, round(stage.height * 1.24) // 4 * 4
    x, y = (
        stage.rhythm.blade_x(stage.left, stage.width, stage.slice_width),
        stage.rhythm.blade_y(stage.top, stage.height, tall),
    )
    glow = (round(120 * scale) // 4 * 4, tall)
    small = (glow[0] // 4, glow[1] // 4)
    alpha = formula(
        graph, small, f"92*exp(-pow((X-{small[0] / 2})/{small[0] * 0.2:.1f},2))*clip((Y-2)/{small[1] * 0.3:.1f},0,1)"
        f"*clip(({small[1]}-Y)/{small[1] * 0.16:.1f},0,1)",
    )  # fmt: skip
    bloom = chain(
        graph, flat(graph, alpha, small, stage.look.stops[2]), ("scale", f"{glow[0]}:{glow[1]}:flags=bicubic")
    )
    view = over(graph, view, lasting(graph, bloom), f"{x}-{glow[0] // 2}", y)
    steel = (round(20 * scale) // 4 * 4, tall)
    middle, half = steel[0] / 2 - 0.5, steel[0] / 2 * 0.62
    taper = f"({half:.2f}*pow(clip(({tall}-Y)/{tall * 0.5:.1f},0,1),0.4))"
    outline = formula(graph, steel, f"255*clip({taper}-abs(X-{middle})+0.5,0,1)")
    shine = formula(
        graph,
        steel,
        f"236-16*abs(X-{middle})+(14*(X-{middle}))*lt(X,{middle})-40*Y/{tall}+30*sin(Y/{tall}*6)",
    )
    knife = coloured(graph, shine, outline, ("3a4250", "8e99ab", "e2e9f3", "ffffff"))
    return over(graph, view, lasting(graph, knife), f"{x}-{steel[0] // 2}", y)
