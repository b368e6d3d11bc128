"""Small brushes on libavfilter: stills drawn from formulas, and layers laid over each other.

One rule: every formula is computed once, for one frame; what moves afterwards is only its place.
"""

from av.filter import Graph
from av.filter.context import FilterContext

from .palette import gradient_map
from .spec import FRAMES_PER_SECOND


def chain(graph: Graph, start: FilterContext, *filters: tuple[str, str]) -> FilterContext:
    """Append filters one after the other and return the last."""
    for name, arguments in filters:
        following = graph.add(name, arguments or None)
        start.link_to(following)
        start = following
    return start


def formula(graph: Graph, size: tuple[int, int], expression: str) -> FilterContext:
    """One grey frame: `expression` gives a brightness 0..255 from the pixel's `X` and `Y`."""
    width, height = size
    source = graph.add("color", f"c=black:s={width}x{height}:r={FRAMES_PER_SECOND}:d={1 / FRAMES_PER_SECOND}")
    return chain(graph, source, ("format", "gray"), ("geq", f"lum='clip({expression},0,255)'"))


def coloured(
    graph: Graph, shade: FilterContext, alpha: FilterContext, stops: tuple[str, ...]
) -> FilterContext:
    """Paint a sprite: brightness becomes colour, `alpha` becomes its outline."""
    body = chain(graph, shade, ("format", "gbrp"), ("lutrgb", gradient_map(stops)), ("format", "yuva420p"))
    sprite = graph.add("alphamerge")
    body.link_to(sprite, 0, 0)
    alpha.link_to(sprite, 0, 1)
    return sprite


def flat(graph: Graph, alpha: FilterContext, size: tuple[int, int], colour: str) -> FilterContext:
    """Paint a sprite of one colour: a shadow or a glow."""
    width, height = size
    paint = graph.add(
        "color", f"c=0x{colour}:s={width}x{height}:r={FRAMES_PER_SECOND}:d={1 / FRAMES_PER_SECOND}"
    )
    body = chain(graph, paint, ("format", "yuva420p"))
    sprite = graph.add("alphamerge")
    body.link_to(sprite, 0, 0)
    alpha.link_to(sprite, 0, 1)
    return sprite


def lasting(graph: Graph, still: FilterContext) -> FilterContext:
    """Hold one frame for ever: the same picture, without drawing it again."""
    return chain(graph, still, ("loop", "loop=-1:size=1"), ("setpts", f"N/({FRAMES_PER_SECOND}*TB)"))


def copies(graph: Graph, still: FilterContext, count: int) -> list[FilterContext]:
    """Repeat the same still several times."""
    fork = graph.add("split", str(count))
    still.link_to(fork)
    outlets = [graph.add("null") for _ in range(count)]
    for number, outlet in enumerate(outlets):
        fork.link_to(outlet, number, 0)
    return outlets


def over(
    graph: Graph, below: FilterContext, sprite: FilterContext, x: str, y: str, *, while_true: str = "1"
) -> FilterContext:
    """Lay a sprite over the picture; `x`, `y` and `while_true` are formulas of the time `t` in seconds."""
    layer = graph.add("overlay", f"x='{x}':y='{y}':format=yuv420:eval=frame:enable='{while_true}'")
    below.link_to(layer, 0, 0)
    sprite.link_to(layer, 0, 1)
    return layer
