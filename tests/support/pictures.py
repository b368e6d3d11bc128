"""Pictures of every kind that people bring, and of those that nobody should."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 60), (40, 60, 190), (220, 190, 40)


def quarters(width: int = 800, height: int = 600) -> Image.Image:
    """Paint each quarter in a colour of its own: red and green above, blue and yellow below."""
    image = Image.new("RGB", (width, height), YELLOW)
    half = (width // 2, height // 2)
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, width, half[1]))
    image.paste(BLUE, (0, half[1], half[0], height))
    return image


def encoded(image: Image.Image | None = None, kind: str = "JPEG", **options: Any) -> bytes:
    """Write a picture as a file."""
    file = io.BytesIO()
    (image or quarters()).save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int) -> bytes:
    """Give a JPEG that says how it is to be turned, and much else."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "a secret"
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta>a secret</x:xmpmeta>"
    return encoded(exif=exif, comment=b"a secret", icc_profile=profile, xmp=xmp)


def moving(kind: str) -> bytes:
    """Give an animation of two pictures."""
    return encoded(kind=kind, save_all=True, append_images=[quarters().rotate(180)], duration=100)


def png_of_size(width: int, height: int) -> bytes:
    """Give a small file that says it is a PNG of this size."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = zlib.compress(bytes(min(width, 30_000) * 300), 9)
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """Give a JPEG whose header says that it has this size."""
    content = bytearray(encoded())
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def webp_of_size(width: int, height: int) -> bytes:
    """Give what begins as a WebP with a canvas of this size."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + bytes(100)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_of_scans(passes: int) -> bytes:
    """Give a progressive JPEG that goes over its pixels again and again."""
    content = encoded(progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * passes + content[-2:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
