"""The page of a video that is shared: one HTML file with the player, light, and readable for whoever shows a link's preview.

It names the video as its owner does and shows its picture and sound. The prompt stays its owner's.
"""

from __future__ import annotations

from functools import cache
from html import escape
from http import HTTPStatus
from importlib import resources
from string import Template

from fastapi import APIRouter, Response

from cuttingasmr import db, routes
from cuttingasmr.errors import AppError, NotFound
from cuttingasmr.generation import library
from cuttingasmr.generation.templates import find_template
from cuttingasmr.models import Video
from cuttingasmr.settings import get_settings

router = APIRouter(include_in_schema=False)

NAMELESS = "Eight seconds to listen to"
GONE = "<h1>There is nothing here.</h1>\n<p>This video is not shared any more, or never was.</p>"


@router.head("/video/{video_id}")
@router.get("/video/{video_id}")
async def video_page(video_id: str) -> Response:
    """Show a shared video to anybody; what is not shared is not there, not even for its owner."""
    try:
        video = await db.read(library.find_file, video_id=video_id, user_id=None)
    except NotFound:
        return _page(HTTPStatus.NOT_FOUND, title="Nothing here", tags="", main=GONE)
    except AppError as error:
        return _page(error.status, title="One moment", tags="", main=f"<h1>{escape(error.message)}</h1>")
    return _page(HTTPStatus.OK, title=escape(_name(video)), tags=_tags(video), main=_player(video))


def _page(status: HTTPStatus, **parts: str) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(_template().substitute(parts, theme="dark"), status, headers, "text/html; charset=utf-8")


@cache
def _template() -> Template:
    return Template(resources.files("cuttingasmr.api").joinpath("share.html").read_text(encoding="utf-8"))


def _name(video: Video) -> str:
    template = find_template(video.template_id)
    return video.title or (template.name if template else NAMELESS)


def _player(video: Video) -> str:
    source, poster = routes.video_file(video.id), routes.video_poster(video.id)
    size = f'width="{video.width}" height="{video.height}"' if video.width else ""
    film = f'<video src="{source}" poster="{poster}" {size} controls loop playsinline preload="metadata"></video>'
    return f"{film}\n<h1>{escape(_name(video))}</h1>"


def _tags(video: Video) -> str:
    """Tell those who show a preview of a link what there is to show."""
    here = get_settings().app_url
    facts = {
        "og:type": "video.other",
        "og:site_name": "CuttingASMR",
        "og:title": _name(video),
        "og:url": here + routes.video_page(video.id),
        "og:image": here + routes.video_poster(video.id),
        "og:video": here + routes.video_file(video.id),
        "og:video:type": "video/mp4",
        "og:video:width": str(video.width or ""),
        "og:video:height": str(video.height or ""),
    }
    return "\n".join(
        f'<meta property="{name}" content="{escape(fact)}">' for name, fact in facts.items() if fact
    )
