"""Addresses at which the video provider fetches the pictures of a video: for a day, and nobody else can guess them.

Where the site itself can be reached from outside, they lead here (`/api/pictures/{id}/{cut}/{expires}/{mac}.jpg`); where it
cannot, the pictures are given to the provider, which keeps them for a day. Either way frames are cut to the video's ratio,
just as the form has shown it; references are given whole.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import time
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import NotFound, ProviderUnavailable
from cuttingasmr.generation import pictures
from cuttingasmr.generation.pictures import Use
from cuttingasmr.models import Picture, Video, VideoKind
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.video import Key, RefusedRequest, get_video_provider
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import pictures as files
from cuttingasmr.storage.store import StorageUnavailable

LINK_SECONDS = 86_400
MAC_LENGTH = 40
WHOLE = "whole"
CUT = re.compile(r"(\d{1,2})x(\d{1,2})-(\d{1,3})-(\d{1,3})")
NOT_OUTSIDE = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".test", ".invalid")
"""Endings of names that lead nowhere for those outside (RFC 6761, RFC 8375, and what routers give out)."""


async def links_for(video: Video, key: Key) -> tuple[str, ...]:
    """Give the addresses of a video's pictures, in their order, for who sends it with this key; none for a video from text alone.

    Raises `RefusedRequest` when a picture is gone, and `ProviderUnavailable` when one cannot be handed over now: either way
    nothing was submitted.
    """
    if not video.picture_ids:
        return ()
    found = await db.read(_read, user_id=video.user_id, uses=[Use.read(text) for text in video.picture_ids])
    if is_public(get_settings().app_url):
        return tuple(link_to(picture.id, cut_of(video, use)) for picture, use in found)
    return tuple([await _hand_over(picture, cut_of(video, use), key) for picture, use in found])


def cut_of(video: Video, use: Use) -> str:
    """Say in a word how a picture is cut for a video."""
    if video.kind == VideoKind.REFERENCES:
        return WHOLE
    return f"{video.aspect_ratio.replace(':', 'x')}-{use.x}-{use.y}"


def link_to(picture_id: str, cut: str, *, now: float | None = None) -> str:
    """Give an address of this site that shows a picture, cut, for a day."""
    expires = int(now or time.time()) + LINK_SECONDS
    mac = _mac(picture_id, cut, expires)
    return f"{get_settings().app_url}/api/pictures/{picture_id}/{cut}/{expires}/{mac}.jpg"


def is_valid(picture_id: str, cut: str, expires: int, mac: str, *, now: float | None = None) -> bool:
    """Tell whether we made this address, and whether its time is not over."""
    is_ours = hmac.compare_digest(mac.encode(), _mac(picture_id, cut, expires).encode())
    return is_ours and (now or time.time()) < expires


async def show(picture: Picture, cut: str) -> bytes:
    """Give a picture's file as it is cut; raise `NotFound` where it is gone, or `StorageUnavailable`."""
    content = await pictures.read_file(picture)
    place = CUT.fullmatch(cut)
    return (
        content
        if place is None
        else await files.in_thread(files.crop, content, files.Crop(*map(int, place.groups())))
    )


def is_public(url: str) -> bool:
    """Tell whether an address can be reached from outside, as far as its name shows."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(NOT_OUTSIDE)


async def _hand_over(picture: Picture, cut: str, key: Key) -> str:
    """Upload one picture under a name of its own, with the key that makes the video."""
    try:
        content = await show(picture, cut)
    except NotFound as error:
        raise _gone() from error
    except StorageUnavailable as error:
        raise ProviderUnavailable from error
    return await get_video_provider().keep_picture(f"{new_id()}.jpg", content, "image/jpeg", key)


def _read(session: Session, *, user_id: str, uses: list[Use]) -> list[tuple[Picture, Use]]:
    mine = (col(Picture.user_id) == user_id, col(Picture.gone_at).is_(None))
    found = {
        row.id: row
        for row in session.exec(select(Picture).where(*mine, col(Picture.id).in_([use.id for use in uses])))
    }
    if any(use.id not in found for use in uses):
        raise _gone()
    return [(found[use.id], use) for use in uses]


def _gone() -> RefusedRequest:
    return RefusedRequest("gone", "A picture is not there any more")


def _mac(picture_id: str, cut: str, expires: int) -> str:
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"picture:{picture_id}:{cut}:{expires}".encode(), hashlib.sha256).hexdigest()[
        :MAC_LENGTH
    ]
