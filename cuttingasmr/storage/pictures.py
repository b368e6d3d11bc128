# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# (Pillow does not type what some of its functions take and give)
"""Pictures that people bring: judged by their content, and made anew from their pixels alone.

Whatever comes in is a stranger's file, so each look at it is bounded: its kind and size are read from its first bytes,
pixels are only decoded when there are not too many, and one picture at a time is worked on, in a thread of its own.
"""

from __future__ import annotations

import asyncio
import io
import re
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple, ParamSpec, TypeVar, cast

from PIL import Image, ImageCms, UnidentifiedImageError

from cuttingasmr.errors import InvalidPicture

P = ParamSpec("P")
R = TypeVar("R")

LARGEST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""The largest phone cameras make this many; decoded they take up to half a gigabyte for a second or two."""
LONG_SIDE = 1920
SHORT_SIDE = 256
PORTRAIT_SIDE = 320
"""A portrait is a square of so many pixels; what comes in may be a fifth of that."""
SHORT_PORTRAIT = 64
NARROWEST = 6
"""A picture may be so many times as long as it is wide."""
MOST_SCANS = 100
"""Passes of a progressive JPEG; each one costs time, however few bytes it has, and real pictures have about ten."""
LARGEST_PROFILE = 4_000_000
MOST_SEGMENTS = 10_000
QUALITY = 90
BEHIND = "white"
"""What shows through transparent parts."""

TOO_LARGE = "This picture is larger than 10 MB. Please make it smaller and add it again."
TOO_MANY = "This picture has more than 50 million pixels. Please make it smaller and add it again."
DAMAGED = "This picture is damaged or not complete. Please save it again and add it once more."
MOVES = "This picture moves. Only still pictures can be used: save one moment of it as JPEG or PNG."
OTHERS = "Only JPEG, PNG and WebP pictures can be used."

_BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    struct.error,
    ArithmeticError,
)
"""Everything that Pillow's decoders have been seen to raise at a broken file."""

_STRANGERS: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda head: head[4:8] == b"ftyp", "This is an HEIC or AVIF picture. Save it as JPEG and add it again."),
    (lambda head: head[:4] == b"GIF8", f"This is a GIF. {OTHERS}"),
    (
        lambda head: b"<svg" in head.lower(),
        f"This is a drawing (SVG). {OTHERS} Save it as PNG and add it again.",
    ),
    (lambda head: head[:4] == b"%PDF", f"This is a PDF. {OTHERS}"),
    (lambda head: head[:4] in {b"II*\0", b"MM\0*"}, f"This is a TIFF or a camera's raw file. {OTHERS}"),
    (lambda head: head[:2] == b"BM", f"This is a BMP. {OTHERS}"),
)

_MARK = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
"""The beginning of a JPEG's segment, or its end: all marks but those that stand alone, and the zero that follows an FF of the data."""

_thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")


class Recoded(NamedTuple):
    """A picture made anew: a JPEG without metadata, upright, sRGB."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Crop:
    """What is kept of a picture: the largest part of this ratio, placed as CSS's `object-position` does, in percent."""

    across: int
    down: int
    x: int = 50
    y: int = 50


async def in_thread(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Work on a picture in the one thread for it, so that memory stays bounded and no event loop waits."""
    return await asyncio.get_running_loop().run_in_executor(_thread, partial(call, *args, **kwargs))


def recode(content: bytes) -> Recoded:
    """Make a picture anew from a stranger's file, or raise `InvalidPicture` with the reason.

    Turned upright, its colours brought to sRGB, transparent parts white, its long side at most `LONG_SIDE`; nothing else
    that the file held is kept.
    """
    return _saved(_made_anew(content, SHORT_SIDE))


def portrait(content: bytes) -> bytes:
    """Make a square WebP of the middle of a stranger's picture, upright and without metadata, or raise `InvalidPicture`."""
    plain = _made_anew(content, SHORT_PORTRAIT)
    square = plain.crop(crop_box(*plain.size, Crop(1, 1)))
    square.thumbnail((PORTRAIT_SIDE, PORTRAIT_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    square.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def _made_anew(content: bytes, least: int) -> Image.Image:
    """Give the pixels of a stranger's picture, whose sides have at least so many, and nothing else of it."""
    kind = _kind(content)
    try:
        if kind == "WEBP":
            _refuse_size(
                *_webp_size(content), least
            )  # libwebp sets memory aside for the whole canvas when it is opened
        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            _refuse_size(*image.size, least)
            if kind != "JPEG" and getattr(
                image, "is_animated", False
            ):  # a JPEG holds more pictures for 3-D and HDR
                raise InvalidPicture(MOVES)
            return _clean(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidPicture(TOO_MANY) from error
    except _BROKEN as error:
        raise InvalidPicture(DAMAGED) from error


def crop(content: bytes, wanted: Crop) -> bytes:
    """Cut one of our own JPEGs to a ratio. The same cut of the same picture is always the same."""
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        box = crop_box(*image.size, wanted)
        if box == (0, 0, *image.size):
            return content
        return _saved(image.crop(box)).content


def crop_box(width: int, height: int, wanted: Crop) -> tuple[int, int, int, int]:
    """Give left, top, right and bottom of the cut, in pixels."""
    kept_width = max(1, min(width, round(height * wanted.across / wanted.down)))
    kept_height = max(1, min(height, round(width * wanted.down / wanted.across)))
    left = round((width - kept_width) * wanted.x / 100)
    top = round((height - kept_height) * wanted.y / 100)
    return left, top, left + kept_width, top + kept_height


def _kind(content: bytes) -> str:
    """Tell what a file is by its first bytes; its name and what the browser says of it mean nothing."""
    if not content:
        raise InvalidPicture("This file is empty.")
    if content[:3] == b"\xff\xd8\xff":
        if _scans(content) > MOST_SCANS:
            raise InvalidPicture(DAMAGED)
        return "JPEG"
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    reason = next(
        (said for fits, said in _STRANGERS if fits(content[:1024])), f"This file is no picture. {OTHERS}"
    )
    raise InvalidPicture(reason)


def _scans(content: bytes) -> int:
    """Count a JPEG's scans up to its end (ITU T.81 §B.1): phones put a film behind it, in which such marks stand by chance.

    One of more segments than any picture has counts as one of too many scans.
    """
    found, place = 0, 2
    for _ in range(MOST_SEGMENTS):
        mark = _MARK.search(content, place)
        if mark is None or mark[0] == b"\xff\xd9":
            return found
        found += mark[0] == b"\xff\xda"
        place = mark.end() + max(2, int.from_bytes(content[mark.end() : mark.end() + 2], "big"))
    return MOST_SCANS + 1


def _webp_size(content: bytes) -> tuple[int, int]:
    """Read width and height from a WebP's first chunk (RFC 9649 §2.5-2.7)."""
    chunk, data = content[12:16], content[20:30]
    if chunk == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    raise InvalidPicture(DAMAGED)


def _refuse_size(width: int, height: int, least: int) -> None:
    if width * height > MOST_PIXELS:
        raise InvalidPicture(TOO_MANY)
    if min(width, height) < least:
        raise InvalidPicture(
            f"This picture has {width} by {height} pixels. Please use a picture of at least {least} by {least} pixels."
        )
    if max(width, height) > NARROWEST * min(width, height):
        raise InvalidPicture("This picture is too long and narrow.")


def _clean(image: Image.Image) -> Image.Image:
    """Decode it, no larger than needed, and copy its pixels into an empty picture."""
    turn, profile = _turn(image), cast("bytes | None", image.info.get("icc_profile"))
    image.draft(None, (LONG_SIDE, LONG_SIDE))  # a JPEG can be decoded at a half, a quarter or an eighth
    image.load()
    plain = _in_known_mode(image)
    plain.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    colours = _in_srgb(plain, profile)
    clean = Image.new("RGB", plain.size, BEHIND)
    clean.paste(colours, mask=plain.getchannel("A") if plain.mode == "RGBA" else None)
    return clean.transpose(turn) if turn is not None else clean


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Tell how a picture is to be turned upright; metadata that cannot be read turns nothing."""
    try:
        orientation = image.getexif().get(0x0112, 1)
    except _BROKEN:
        return None
    return {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation)


def _in_known_mode(image: Image.Image) -> Image.Image:
    """Bring any of the modes that the three formats have to L, RGB, RGBA or CMYK."""
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        return image
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Bring the colours to sRGB by the picture's own profile; without one that fits, take them as they are."""
    opaque = image.convert("RGB") if image.mode == "RGBA" else image
    if profile and len(profile) <= LARGEST_PROFILE:
        try:
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(opaque, theirs, _srgb(), outputMode="RGB")
        except (ImageCms.PyCMSError, *_BROKEN):
            turned = None
        if turned is not None:
            return turned
    return opaque.convert("RGB")


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _saved(image: Image.Image) -> Recoded:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return Recoded(file.getvalue(), image.width, image.height)
