"""When the blade falls: the one clock that picture and sound share.

One rule: what is heard and what is seen come from the same numbers.
"""

from dataclasses import dataclass

from .spec import FilmSpec

STROKE_SECONDS = 0.52
_LIFT_SECONDS = 0.42


@dataclass(frozen=True)
class Rhythm:
    """Cuts at `first`, then every `period` seconds."""

    first: float
    period: float
    cuts: tuple[float, ...]

    @property
    def parted(self) -> tuple[float, ...]:
        """When each slice begins to move: shortly before the blade is through."""
        return tuple(cut + STROKE_SECONDS * 0.8 for cut in self.cuts)

    @property
    def turn(self) -> str:
        """Seconds since the last stroke began, as a formula of `t`."""
        return f"mod(t+{self.period - self.first:.4f},{self.period:.4f})"

    def blade_x(self, left: int, width: int, slice_width: int) -> str:
        """Place the blade: over the next cut, moving on while it is up."""
        number = f"(floor((t+{self.period - self.first:.4f})/{self.period:.4f})-1)"
        moved = f"st(1,clip(({self.turn}-{self.period * 0.7:.3f})/{self.period * 0.26:.3f},0,1))*0+ld(1)*ld(1)*(3-2*ld(1))"
        step = f"clip({number}+({moved}),0,{len(self.cuts) - 1})"
        return f"{left + width - slice_width}-{slice_width}*({step})"

    def blade_y(self, top: int, height: int, tall: int) -> str:
        """Down in one slow stroke, then up again; at rest it waits above the block."""
        up, down = top - round(tall * 0.86), top + height - tall + round(height * 0.09)
        fall = f"clip({self.turn}/{STROKE_SECONDS},0,1)"
        lift = f"clip(({self.turn}-{STROKE_SECONDS + 0.1:.2f})/{_LIFT_SECONDS},0,1)"
        depth = f"(st(2,{fall})*0+ld(2)*ld(2)*(3-2*ld(2))-(st(3,{lift})*0+ld(3)*ld(3)*(3-2*ld(3))))"
        working = f"gte(t,{self.first:.3f})*lt(t,{self.cuts[-1] + self.period * 0.99:.3f})"
        return f"{up}+{down - up}*{depth}*{working}"


def choose_rhythm(spec: FilmSpec) -> Rhythm:
    """Choose a calm beat of the prompt's own; every stroke is over before the film is."""
    dice = spec.dice("rhythm")
    first, period = dice.uniform(0.45, 0.8), dice.uniform(1.16, 1.42)
    cuts: list[float] = []
    while len(cuts) < 6 and (moment := first + period * len(cuts)) < spec.seconds - STROKE_SECONDS - 0.25:  # noqa: PLR2004 - six slices fit
        cuts.append(moment)
    return Rhythm(first, period, tuple(cuts))
