"""The API as one application, which Reflex mounts its own into. Errors become sentences here, and only here."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from cuttingasmr import __version__
from cuttingasmr.api import (
    account,
    clerk,
    docs,
    export,
    feedback,
    figures,
    files,
    health,
    leaving,
    letters,
    mailed,
    operators,
    payments,
    pictures,
    profile,
    sessions,
    share,
    videos,
    webhooks,
)
from cuttingasmr.api.crowd import Crowd
from cuttingasmr.api.guards import Guards, OperatorsPages, TestPages, refusal
from cuttingasmr.api.headers import Headers
from cuttingasmr.api.proxies import Proxies
from cuttingasmr.api.shapes import Failure
from cuttingasmr.api.statuses import declare
from cuttingasmr.errors import AppError, BadJson, BadRequest, Invalid, NotFound

log = structlog.get_logger()


class MethodNotAllowed(BadRequest):
    """This address does not answer to this method."""

    status = 405  # pyright: ignore[reportAssignmentType]


def make_api() -> FastAPI:
    """Put the API together."""
    api = FastAPI(
        title="CuttingASMR",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,  # api/docs.py has them
        redoc_url=None,
        responses={"4XX": {"model": Failure}},  # statuses.py says which
    )
    parts = (
        health,
        account,
        mailed,
        letters,
        clerk,
        sessions,
        export,
        leaving,
        videos,
        files,
        pictures,
        profile,
        share,
        payments,
        feedback,
        operators,
        figures,
        webhooks,
        docs,
    )
    for part in parts:
        api.include_router(part.router)
    declare(api)
    known = tuple(api.router.routes)
    api.router.routes.append(Route("/api/{rest:path}", _Elsewhere(known)))
    api.add_middleware(Guards)
    api.add_middleware(TestPages)
    api.add_middleware(OperatorsPages)
    api.add_exception_handler(AppError, _refuse)
    api.add_exception_handler(RequestValidationError, _refuse_shape)
    api.add_exception_handler(HTTPException, _refuse_http)
    api.add_exception_handler(Exception, _apologise)
    return api


def guarded(site: ASGIApp, pages: Path = Path("nowhere")) -> ASGIApp:
    """Put before the whole site what must see every request and every answer: who calls, how often, and the headers.

    `pages` is the folder of the built pages.
    """
    return Proxies(Headers(Crowd(site), pages))


class _Elsewhere:
    """Answers what no route has taken, before the pages take it for one of theirs: whatever its method, it is ours."""

    def __init__(self, known: tuple[BaseRoute, ...]) -> None:
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell a wrong method from an address that does not exist."""
        found = any(route.matches(scope)[0] is not Match.NONE for route in self._known)
        await refusal(MethodNotAllowed() if found else NotFound())(scope, receive, send)


async def _refuse(_request: Request, error: Exception) -> Response:
    error = cast("AppError", error)
    return refusal(error)


async def _refuse_shape(_request: Request, error: Exception) -> Response:
    """Say what is wrong with the first wrong field; a body that is no JSON at all is a 400."""
    error = cast("RequestValidationError", error)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return refusal(BadJson())
    where = ".".join(str(part) for part in first["loc"][1:])
    return refusal(Invalid(f"{where or 'The body'}: {first['msg']}."))


async def _refuse_http(request: Request, error: Exception) -> Response:
    error = cast("HTTPException", error)
    if isinstance(error.__cause__, AppError):
        return refusal(error.__cause__)
    known: dict[int, AppError] = {404: NotFound(), 405: MethodNotAllowed()}
    if request.url.path.startswith("/api/") and error.status_code < 500:  # noqa: PLR2004
        return refusal(known.get(error.status_code, BadJson()))
    return Response(status_code=error.status_code, headers=error.headers)


async def _apologise(request: Request, error: Exception) -> Response:
    log.error("request.failed", path=request.scope.get("route", request.url).path, exc_info=error)
    return refusal(AppError())
