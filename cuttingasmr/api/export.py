"""Taking along what is one's own: asking for the archive, how far it is, and the file.

`GET /api/user/export-data` starts the first archive by itself, so that one address is enough; that changes nothing of anybody's,
and happens at most once an hour, whoever makes a browser ask. `POST` asks for a new one where there is one already.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from cuttingasmr import db, routes
from cuttingasmr.api.asking import Holder
from cuttingasmr.api.serving import Given, give
from cuttingasmr.api.shapes import Answer
from cuttingasmr.errors import NotFound
from cuttingasmr.models import Export, ExportState
from cuttingasmr.people import exports
from cuttingasmr.people.exports import ExportNotReady
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import links

router = APIRouter(prefix="/api", tags=["account"])

SUBJECT = re.compile(r"export:([0-9a-f]{32})")
UNDER_WAY = 202
ZIP: dict[str, dict[str, str]] = {"application/zip": {}}
"""What else than JSON is answered, for those who read the API's description."""


class ExportAnswer(Answer):
    """How far your archive is; `downloadUrl` opens it to whoever holds it, until `linkExpiresAt`."""

    state: Literal["queued", "making", "ready", "failed"]
    done: int = Field(description="Files that are in it so far")
    total: int = Field(description="Files that there are")
    asked_at: datetime
    size_bytes: int | None = Field(default=None, description="Once it is ready")
    download_url: str | None = Field(default=None, description="Once it is ready")
    link_expires_at: datetime | None = Field(default=None, description="A new look gives a new link")
    expires_at: datetime | None = Field(default=None, description="Until when the archive is kept")
    error: str | None = Field(default=None, description="Why there is none; POST asks for another one")
    retry_after: int = Field(description="In how many seconds another one can be asked for")

    @classmethod
    def of(cls, export: Export) -> Self:
        """Show an archive to its owner."""
        answer = cls(
            state=ExportState(export.state).value,  # pyright: ignore[reportArgumentType] - one that is gone is not shown
            done=min(export.done, export.total),
            total=export.total,
            asked_at=export.asked_at,
            error=export.error or None,
            retry_after=exports.seconds_until_next(export),
        )
        if export.state == ExportState.READY and export.expires_at is not None:
            answer.size_bytes, answer.expires_at = export.size_bytes, export.expires_at
            answer.download_url, answer.link_expires_at = _link(export, export.expires_at)
        return answer


@router.get(
    "/user/export-data",
    responses={200: {"model": ExportAnswer, "content": ZIP}, UNDER_WAY: {"model": ExportAnswer}},
)
async def export_data(
    user: Holder, request: Request, response: Response, *, download: bool = False
) -> ExportAnswer:
    """Tell how far the archive of your data is, and have one made if there is none.

    202 while it is being made, with `done` of `total`; 200 once it is ready, with a link, or failed, with the reason. With
    `download=1` a ready archive is given itself (409 before).
    """
    export = await db.read(exports.latest, user_id=user.id)
    if download:
        return await _file(export, request)  # pyright: ignore[reportReturnType] - FastAPI passes a response on as it is
    return _told(export or await exports.start(user_id=user.id), response)


@router.post(
    "/user/export-data",
    status_code=UNDER_WAY,
    responses={200: {"model": ExportAnswer}, UNDER_WAY: {"model": ExportAnswer}},
)
async def start_export(user: Holder, response: Response) -> ExportAnswer:
    """Have a new archive of your data made; one that is under way is that one. At most once an hour, unless the last one failed."""
    return _told(await exports.start(user_id=user.id), response)


@router.head("/exports/{token}", include_in_schema=False)
@router.get("/exports/{token}", response_class=Response, responses={200: {"content": ZIP}})
async def exported(token: Annotated[str, Path(max_length=links.LONGEST)], request: Request) -> Response:
    """Give the archive that a link opens; 404 once the link has expired or the archive is gone."""
    subject = SUBJECT.fullmatch(links.read(token) or "")
    if subject is None:
        raise NotFound
    return await _file(await db.read(exports.ready, export_id=subject[1]), request)


def _told(export: Export, response: Response) -> ExportAnswer:
    response.status_code = UNDER_WAY if export.state in exports.LIVE else 200
    response.headers["Cache-Control"] = "no-store"
    return ExportAnswer.of(export)


async def _file(export: Export | None, request: Request) -> Response:
    if export is None or export.state != ExportState.READY:
        raise ExportNotReady
    name = f"cuttingasmr-{export.asked_at:%Y-%m-%d}.zip"
    answer = await give(Given(exports.key_of(export.id), name, attachment=True), request)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _link(export: Export, until: datetime) -> tuple[str, datetime]:
    now = db.utc_now()
    life = max(timedelta(0), min(exports.LINK_LIFE, until - now))
    token = links.sign(f"export:{export.id}", life=life)
    return f"{get_settings().app_url}{routes.export_file(token)}", now + life
