"""Pictures to make videos from: brought, looked at and taken away by their owner, and fetched by the video provider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Path, Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from cuttingasmr import db, rate_limits
from cuttingasmr.api.asking import SignedIn
from cuttingasmr.api.shapes import Answer, PictureAnswer
from cuttingasmr.errors import BadRequest, InvalidPicture, NotFound, TooLarge
from cuttingasmr.generation import picture_links, pictures
from cuttingasmr.generation.pictures import Use
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.pictures import LARGEST_BYTES, TOO_LARGE

router = APIRouter(prefix="/api", tags=["pictures"])

NO_FILE = "Send one picture as the file of a form (multipart/form-data), in the field `file`."
FOREIGN = "Pictures from other addresses are not fetched. Send yours to /api/pictures first, and name the `url` you get."
HEADERS = {
    "Cache-Control": "private, max-age=86400",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
FILE: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}, "description": "The picture"}}

OURS = re.compile(r"/api/pictures/([0-9a-f]{32})/?")
PERCENT = re.compile(r"100|\d{1,2}")

PictureId = Annotated[str, Path(description="As `POST /api/pictures` gave it")]


@router.post(
    "/pictures",
    status_code=HTTPStatus.CREATED,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FILE}}}},
)
async def add(request: Request, user: SignedIn) -> PictureAnswer:
    """Keep a picture of yours: JPEG, PNG or WebP, judged by its content, up to 10 MB and 50 million pixels.

    It is made anew: upright, sRGB, transparent parts white, at most 1920 pixels long, and nothing else of the file is
    kept. One that no video is made from goes after a day, any other with its videos.
    """
    await rate_limits.spend(rate_limits.PICTURES, user.id)
    picture = await pictures.add(user_id=user.id, content=await file_in(request))
    return PictureAnswer.of(picture)


@router.get("/pictures/{picture_id}", response_class=Response, responses=JPEG)
async def show(picture_id: PictureId, user: SignedIn) -> Response:
    """Show a picture to its owner."""
    picture = await db.read(pictures.find, user_id=user.id, picture_id=picture_id)
    return Response(await pictures.read_file(picture), media_type="image/jpeg", headers=HEADERS)


@router.delete("/pictures/{picture_id}")
async def remove(picture_id: PictureId, user: SignedIn) -> Answer:
    """Let a picture of yours go, now and for good."""
    await pictures.remove(user_id=user.id, picture_id=picture_id)
    return Answer()


@router.head("/pictures/{picture_id}/{cut}/{expires}/{mac}.jpg", include_in_schema=False)
@router.get("/pictures/{picture_id}/{cut}/{expires}/{mac}.jpg", include_in_schema=False)
async def show_to_provider(picture_id: str, cut: str, expires: str, mac: str) -> Response:
    """Show a picture, cut to a video's ratio, to whoever has the address, until it expires."""
    is_number = expires.isascii() and expires.isdigit() and len(expires) < 12  # noqa: PLR2004 - seconds
    if not is_number or not picture_links.is_valid(picture_id, cut, int(expires), mac):
        raise NotFound
    picture = await db.read(pictures.get, picture_id=picture_id)
    if picture is None:
        raise NotFound
    return Response(await picture_links.show(picture, cut), media_type="image/jpeg", headers=HEADERS)


def uses_of(urls: Sequence[str]) -> list[str]:
    """Read `imageUrls`: each the address of a picture of this site, which `?x=` and `&y=` may tell where to cut.

    Raises `InvalidPicture` for any other address: this site fetches nothing that a visitor names.
    """
    return [str(_use_of(url)) for url in urls]


def _use_of(url: str) -> Use:
    try:
        parts = urlsplit(url)
        here = urlsplit(get_settings().app_url)
    except ValueError as error:
        raise InvalidPicture(FOREIGN) from error
    if (parts.scheme, parts.netloc) not in {("", ""), (here.scheme, here.netloc)}:
        raise InvalidPicture(FOREIGN)
    found, asked = OURS.fullmatch(parts.path), dict(parse_qsl(parts.query))
    places = [asked.get(axis, "50") for axis in ("x", "y")]
    if found is None or not all(PERCENT.fullmatch(place) for place in places):
        raise InvalidPicture
    return Use(found[1], *map(int, places))


async def file_in(request: Request) -> bytes:
    """Take the one file out of a form, no more than may be."""
    try:
        async with request.form(max_files=1, max_fields=4) as form:
            sent = next((part for part in form.values() if isinstance(part, UploadFile)), None)
            if sent is None:
                raise InvalidPicture(NO_FILE)
            if (sent.size or 0) > LARGEST_BYTES:
                raise TooLarge(TOO_LARGE)
            return await sent.read()
    except HTTPException as error:
        raise InvalidPicture(NO_FILE) from error
    except ClientDisconnect as error:
        raise BadRequest from error
