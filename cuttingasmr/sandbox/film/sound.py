"""The sound: a quiet room, a warm note, and a soft cut each time the blade comes down.

One rule: nothing is loud; the loudest moment stays well under full scale.
"""

from av.filter import Graph
from av.filter.context import FilterContext

from .canvas import chain
from .palette import choose_look
from .rhythm import STROKE_SECONDS, Rhythm
from .spec import FilmSpec

SAMPLE_RATE = 48_000
_CRACKLING = {"embers", "facets", "honeycomb", "grain"}


def sound(graph: Graph, spec: FilmSpec, rhythm: Rhythm) -> FilterContext:
    """All voices in one stereo stream of float samples."""
    voices = [_room_tone(graph, spec), _slicing(graph, spec, rhythm), _tap(graph, spec, rhythm)]
    if choose_look(spec).texture in _CRACKLING:
        voices.append(_crackle(graph, spec))
    mix = graph.add("amix", f"inputs={len(voices)}:normalize=0:duration=longest")
    for number, voice in enumerate(voices):
        voice.link_to(mix, 0, number)
    end = spec.seconds
    return chain(
        graph, mix, ("volume", "1.5"), ("afade", "t=in:d=0.25"), ("afade", f"t=out:st={end - 0.45}:d=0.45"),
        ("alimiter", "limit=0.7:level=0"), ("atrim", f"end_sample={end * SAMPLE_RATE}"),
        ("aformat", f"sample_fmts=fltp:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"),
    )  # fmt: skip


def _noise(graph: Graph, spec: FilmSpec, purpose: str, colour: str, amplitude: float) -> FilterContext:
    seed = spec.dice(purpose).randint(1, 2**31)
    return graph.add("anoisesrc", f"c={colour}:a={amplitude}:r={SAMPLE_RATE}:d={spec.seconds}:s={seed}")


def _room_tone(graph: Graph, spec: FilmSpec) -> FilterContext:
    """Breath of the room: brown noise that swells slowly from side to side."""
    pace = spec.dice("pace").uniform(0.1, 0.17)
    air = _noise(graph, spec, "air", "brown", 0.16)
    return chain(
        graph, air, ("lowpass", "f=900"), ("aformat", "channel_layouts=stereo"),
        ("apulsator", f"hz={pace + 0.05:.3f}:amount=0.5:width=1.4"),
    )  # fmt: skip


def _slicing(graph: Graph, spec: FilmSpec, rhythm: Rhythm) -> FilterContext:
    """Sound the blade going through: a band of noise that opens and closes with each stroke."""
    pitch = spec.dice("blade").uniform(1900, 4600)
    stroke = f"pow(sin(PI*clip({rhythm.turn}/{STROKE_SECONDS + 0.12:.2f},0,1)),1.6)"
    within = f"gte(t,{rhythm.first:.3f})*lt(t,{rhythm.cuts[-1] + 1:.3f})"
    return chain(
        graph, _noise(graph, spec, "slice", "white", 0.55), ("asetnsamples", "240"),
        ("bandpass", f"f={pitch:.0f}:width_type=q:w=0.9"), ("lowpass", f"f={pitch * 1.7:.0f}"),
        ("volume", f"volume='{stroke}*{within}*0.85':eval=frame"), ("aformat", "channel_layouts=stereo"),
        ("apulsator", f"hz={1 / rhythm.period / 2:.3f}:amount=0.45:width=1"),
    )  # fmt: skip


def _tap(graph: Graph, spec: FilmSpec, rhythm: Rhythm) -> FilterContext:
    """Sound the blade reaching the board: a soft wooden knock; under it a low warm chord that never stops."""
    dice = spec.dice("tap")
    knock, root = dice.uniform(170, 320), dice.choice((98.0, 110.0, 123.5, 130.8))
    late = rhythm.period - rhythm.first - STROKE_SECONDS
    since = f"mod(t+{late + rhythm.period:.4f},{rhythm.period:.4f})"
    first, last = rhythm.cuts[0] + STROKE_SECONDS, rhythm.cuts[-1] + STROKE_SECONDS + 0.5
    tap = f"0.26*exp(-34*{since})*sin({6.2832 * knock:.1f}*{since})*gte(t,{first:.3f})*lt(t,{last:.3f})"
    chord = "+".join(
        f"{level}*sin({6.2832 * root * ratio:.2f}*t)"
        for ratio, level in ((1, 0.035), (1.5, 0.02), (2.5, 0.008))
    )
    source = graph.add("aevalsrc", f"exprs='{tap}+{chord}':s=16000:d={spec.seconds}")
    return chain(graph, source, ("aresample", str(SAMPLE_RATE)), ("aformat", "channel_layouts=stereo"))


def _crackle(graph: Graph, spec: FilmSpec) -> FilterContext:
    """Tiny grains breaking, for what is brittle."""
    seed = spec.dice("crackle").randint(1, 2**31)
    told = f"c=velvet:a=0.5:density=0.0006:r={SAMPLE_RATE}:d={spec.seconds}:s={seed}"
    grains = graph.add("anoisesrc", told)
    return chain(
        graph, grains, ("bandpass", "f=3200:width_type=q:w=1.2"), ("volume", "0.5"), ("aformat", "channel_layouts=stereo"),
        ("apulsator", "hz=0.4:amount=0.7:width=1.6"),
    )  # fmt: skip
