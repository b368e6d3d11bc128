"""Addresses at which the video provider fetches the pictures of a video: for an hour, and nobody else can guess them.

Where the site itself can be reached from outside, they lead here (`/api/pictures/{id}/{expires}/{mac}`); where it cannot, the
pictures are given to the provider, which keeps them for a day.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import mimetypes
import time
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.models import Picture, Video
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.video import RefusedRequest, get_video_provider
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import StorageUnavailable, get_store

LINK_SECONDS = 3600
MAC_LENGTH = 40


async def links_for(video: Video) -> tuple[str, ...]:
    """Give the addresses of a video's pictures, in their order; none for a video from text alone.

    Raises `RefusedRequest` when a picture is gone, and `ProviderUnavailable` when one cannot be handed over now.
    """
    if not video.picture_ids:
        return ()
    pictures = await db.read(_read, picture_ids=video.picture_ids)
    if is_public(get_settings().app_url):
        return tuple(link_to(picture.id) for picture in pictures)
    return tuple([await _hand_over(picture, video) for picture in pictures])


def link_to(picture_id: str, *, now: float | None = None) -> str:
    """Give an address of this site that shows a picture for an hour."""
    expires = int(now or time.time()) + LINK_SECONDS
    return f"{get_settings().app_url}/api/pictures/{picture_id}/{expires}/{_mac(picture_id, expires)}"


def is_valid(picture_id: str, expires: int, mac: str, *, now: float | None = None) -> bool:
    """Tell whether we made this address, and whether its time is not over."""
    is_ours = hmac.compare_digest(mac.encode(), _mac(picture_id, expires).encode())
    return is_ours and (now or time.time()) < expires


def is_public(url: str) -> bool:
    """Tell whether an address can be reached from outside, as far as its name shows."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal", ".test"))


async def _hand_over(picture: Picture, video: Video) -> str:
    """Upload one picture under a name of its own, with the key that makes the video."""
    store = get_store()
    path = store.path_of(picture.file_key)
    try:
        if path is None:
            return await store.link_to(picture.file_key)  # a store elsewhere is public by its signed links
        content = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError as error:
        raise _gone() from error
    except (StorageUnavailable, OSError) as error:
        raise ProviderUnavailable from error
    name = f"{new_id()}{path.suffix}"
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    key = get_key_pool().of(video.provider_key)
    return await get_video_provider().keep_picture(name, content, media_type, key)


def _read(session: Session, *, picture_ids: list[str]) -> list[Picture]:
    wanted = select(Picture).where(col(Picture.id).in_(picture_ids), col(Picture.gone_at).is_(None))
    found = {picture.id: picture for picture in session.exec(wanted)}
    if not found.keys() >= set(picture_ids):
        raise _gone()
    return [found[picture_id] for picture_id in picture_ids]


def _gone() -> RefusedRequest:
    return RefusedRequest("451", "Failed to fetch the image")


def _mac(picture_id: str, expires: int) -> str:
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"picture:{picture_id}:{expires}".encode(), hashlib.sha256).hexdigest()[:MAC_LENGTH]
