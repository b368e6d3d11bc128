"""Pictures made anew: right whatever they came as, with nothing left of what else the file held; and how they are cut."""

from __future__ import annotations

import io
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image, ImageCms

from cuttingasmr.errors import InvalidPicture
from cuttingasmr.storage.pictures import LONG_SIDE, Crop, crop, crop_box, recode
from tests.support.pictures import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    encoded,
    jpeg_of_scans,
    jpeg_of_size,
    moving,
    png_of_size,
    quarters,
    turned,
    webp_of_size,
)

KEPT = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
"""What a JPEG cannot be without, and says nothing of where it comes from."""


def made(content: bytes) -> Image.Image:
    """Make a picture anew, and open it."""
    anew = recode(content)
    image = Image.open(io.BytesIO(anew.content))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (anew.width, anew.height))
    return image


def near(found: object, colour: tuple[int, int, int], by: int = 6) -> bool:
    return all(
        abs(one - other) <= by for one, other in zip(cast("tuple[int, ...]", found), colour, strict=True)
    )


def corners(image: Image.Image) -> list[object]:
    """Give the colours of the four quarters, row by row."""
    width, height = image.size
    return [image.getpixel((width * x // 4, height * y // 4)) for x, y in ((1, 1), (3, 1), (1, 3), (3, 3))]


def shows(image: Image.Image, *colours: tuple[int, int, int]) -> bool:
    return all(near(found, colour) for found, colour in zip(corners(image), colours, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "MPO"])
def test_the_three_formats_are_taken_and_so_are_the_jpegs_of_phones_that_hold_two_pictures(kind: str) -> None:
    more = {"save_all": True, "append_images": [quarters().rotate(180)]} if kind == "MPO" else {}

    image = made(encoded(kind=kind, quality=95, **more))

    assert image.size == (800, 600)
    assert shows(image, RED, GREEN, BLUE, YELLOW)


@pytest.mark.parametrize(
    ("orientation", "colours"),
    [
        (1, (RED, GREEN, BLUE, YELLOW)),
        (2, (GREEN, RED, YELLOW, BLUE)),
        (3, (YELLOW, BLUE, GREEN, RED)),
        (4, (BLUE, YELLOW, RED, GREEN)),
        (5, (RED, BLUE, GREEN, YELLOW)),
        (6, (BLUE, RED, YELLOW, GREEN)),
        (7, (YELLOW, GREEN, BLUE, RED)),
        (8, (GREEN, YELLOW, RED, BLUE)),
        (99, (RED, GREEN, BLUE, YELLOW)),
    ],
)
def test_a_picture_is_turned_upright_and_nothing_else_of_the_file_is_left(
    orientation: int, colours: tuple[tuple[int, int, int], ...]
) -> None:
    content = turned(orientation)

    image = made(content)

    assert b"a secret" in content
    assert b"secret" not in recode(content).content
    assert set(image.info) == KEPT
    assert not image.getexif()
    assert image.size == ((600, 800) if 5 <= orientation <= 8 else (800, 600))
    assert shows(image, *colours)


def test_cmyk_becomes_the_colours_that_people_saw() -> None:
    image = made(encoded(quarters().convert("CMYK"), quality=95))

    assert shows(image, RED, GREEN, BLUE, YELLOW)


def test_colours_are_brought_to_srgb_by_the_pictures_own_profile() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB", 6500))
    broken = encoded(icc_profile=b"nonsense" * 40)
    fitting = encoded(icc_profile=lab.tobytes())  # not for RGB: then the colours are taken as they are

    assert shows(made(broken), RED, GREEN, BLUE, YELLOW)
    assert shows(made(fitting), RED, GREEN, BLUE, YELLOW)


def test_a_profile_that_says_other_primaries_changes_the_numbers() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")

    assert near(made(encoded(icc_profile=srgb)).getpixel((10, 10)), RED)
    assert near(made(encoded(icc_profile=swapped)).getpixel((10, 10)), (RED[1], RED[0], RED[2]), by=12)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_parts_become_white(kind: str) -> None:
    image = quarters().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))

    assert shows(made(encoded(image, kind, lossless=True)), *[(255, 255, 255)] * 4)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "RGBA"])
def test_every_mode_of_a_png_is_read(mode: str) -> None:
    image = Image.new("I;16", (400, 300), 40_000) if mode == "I;16" else quarters().convert(mode)

    anew = made(encoded(image, "PNG"))

    if mode == "I;16":
        assert near(anew.getpixel((200, 150)), (156, 156, 156))


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (1920, 1080), (2500, 420)])
def test_a_large_picture_is_made_smaller_and_keeps_its_shape(size: tuple[int, int]) -> None:
    image = made(encoded(quarters(*size)))

    assert max(image.size) == LONG_SIDE
    assert image.width / image.height == pytest.approx(size[0] / size[1], rel=0.01)
    assert shows(image, RED, GREEN, BLUE, YELLOW)


def test_a_small_picture_is_not_made_larger() -> None:
    assert made(encoded(quarters(256, 300))).size == (256, 300)


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(bytes(8) + b"ftypmp42" + b"\xff\xda" * 1_000, id="a film"),
        pytest.param(b"\xff\xda\x00\x08" * 200_000, id="what looks like scans"),
    ],
)
def test_what_a_phone_puts_behind_a_picture_is_no_part_of_it(behind: bytes) -> None:
    picture = encoded(progressive=True, comment=b"\xff\xd9 and \xff\xda" * 300)

    image = made(picture + behind)

    assert shows(image, RED, GREEN, BLUE, YELLOW)


def cut_off(kind: str, share: float) -> bytes:
    content = encoded(Image.effect_noise((400, 300), 80).convert("RGB"), kind)
    return content[: int(len(content) * share)]


REFUSED = [
    pytest.param(b"", "empty", id="empty"),
    pytest.param(png_of_size(30_000, 30_000), "50 million", id="a PNG of 30,000 by 30,000"),
    pytest.param(jpeg_of_size(30_000, 30_000), "50 million", id="a JPEG of 30,000 by 30,000"),
    pytest.param(webp_of_size(16_383, 16_383), "50 million", id="a WebP of 16,383 by 16,383"),
    pytest.param(png_of_size(10_000, 5_001), "50 million", id="just over 50 million pixels"),
    pytest.param(png_of_size(2**31 - 1, 2**31 - 1), "50 million", id="as large as a number can be"),
    pytest.param(jpeg_of_scans(200), "damaged", id="a JPEG that goes over itself 200 times"),
    pytest.param(b"\xff\xd8" + b"\xff\xe0\0\2" * 20_000, "damaged", id="a JPEG of 20,000 parts"),
    pytest.param(b"\xff\xd8" + b"\xff" * 9_000_000, "damaged", id="a JPEG of one byte again and again"),
    pytest.param(png_of_size(0, 0), "damaged", id="no pixels"),
    *(
        pytest.param(cut_off(kind, share), "damaged", id=f"{kind} cut off at {share:.0%}")
        for kind in ("JPEG", "PNG", "WEBP")
        for share in (0.02, 0.5, 0.97)
    ),
    pytest.param(moving("PNG"), "moves", id="a moving PNG"),
    pytest.param(moving("WEBP"), "moves", id="a moving WebP"),
    pytest.param(moving("GIF"), "GIF", id="a moving GIF"),
    pytest.param(encoded(kind="GIF"), "GIF", id="a GIF"),
    pytest.param(encoded(kind="BMP"), "BMP", id="a BMP"),
    pytest.param(encoded(kind="TIFF"), "TIFF", id="a TIFF"),
    pytest.param(b"%PDF-1.7 ...", "PDF", id="a PDF"),
    pytest.param(b'<?xml version="1.0"?><svg onload="alert(1)"/>', "drawing", id="an SVG"),
    pytest.param(b"\0\0\0\x18ftypheic" + bytes(100), "HEIC", id="an iPhone's HEIC"),
    pytest.param(b"MZ\x90\0" + bytes(1000), "no picture", id="a program"),
    pytest.param(b"<!doctype html><h1>Hi</h1>", "no picture", id="a page"),
    pytest.param(b"\xff\xd8\xff" + b"<script>" * 100, "damaged", id="a page behind a JPEG's first bytes"),
    pytest.param(encoded(quarters(255, 800)), "256 by 256", id="too narrow"),
    pytest.param(encoded(quarters(1600, 260)), "narrow", id="too long"),
]


@pytest.mark.parametrize(("content", "says"), REFUSED)
def test_what_is_no_still_picture_of_a_fair_size_is_refused_in_plain_words(content: bytes, says: str) -> None:
    with pytest.raises(InvalidPicture) as refusal:
        recode(content)

    assert says in refusal.value.message
    assert refusal.value.message.endswith(".")


@given(some.binary(max_size=300), some.sampled_from(["JPEG", "PNG", "WEBP"]), some.integers(0, 2000))
def test_whatever_is_done_to_a_file_it_is_taken_or_refused(noise: bytes, kind: str, place: int) -> None:
    content = encoded(quarters(280, 260), kind)
    spoilt = content[:place] + noise + content[place + len(noise) :]

    try:
        image = made(spoilt)
    except InvalidPicture:
        return
    assert min(image.size) > 0


sides = some.integers(256, 1920)
percent = some.integers(0, 100)
ratios = some.sampled_from([(16, 9), (9, 16)])


@given(sides, sides, ratios, percent, percent)
def test_a_cut_is_the_largest_part_of_its_ratio_and_lies_inside(
    width: int, height: int, ratio: tuple[int, int], x: int, y: int
) -> None:
    left, top, right, bottom = crop_box(width, height, Crop(*ratio, x, y))

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    kept_width, kept_height = right - left, bottom - top
    assert kept_width == width or kept_height == height
    assert abs(kept_width * ratio[1] - kept_height * ratio[0]) <= max(ratio), "right to a pixel"
    assert (left, top) == (round((width - kept_width) * x / 100), round((height - kept_height) * y / 100))


@given(sides, sides, ratios, percent)
def test_a_cut_at_the_ends_touches_the_edges_and_in_the_middle_is_even(
    width: int, height: int, ratio: tuple[int, int], other: int
) -> None:
    first = crop_box(width, height, Crop(*ratio, 0, other))
    last = crop_box(width, height, Crop(*ratio, 100, other))
    middle = crop_box(width, height, Crop(*ratio))

    assert (first[0], last[2]) == (0, width)
    assert abs(middle[0] - (width - middle[2])) <= 1
    assert abs(middle[1] - (height - middle[3])) <= 1


def test_a_cut_shows_what_lies_there_and_is_always_the_same() -> None:
    picture = recode(encoded(quarters(1600, 900))).content

    above = crop(picture, Crop(9, 16, x=0))
    image = Image.open(io.BytesIO(above))

    assert image.size == (506, 900)
    assert near(image.getpixel((100, 100)), RED)
    assert near(image.getpixel((100, 800)), BLUE)
    assert above == crop(picture, Crop(9, 16, x=0))
    assert crop(picture, Crop(16, 9, x=7)) == picture, "it has that ratio already"
