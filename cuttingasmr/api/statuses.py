"""Which refusals each route can give, for those who read the API's description. Read off the routes as far as that goes.

What follows from a route's shape (a body can be bad JSON, a session can be missing) is worked out here; what only its work
can know stands in `ALSO`, or in the route's own `responses`.
"""

from __future__ import annotations

from collections.abc import Generator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from cuttingasmr.api.asking import holder

SAFE = frozenset({"GET", "HEAD"})
WILDCARDS = ("4XX", "5XX")
NEVER_BUSY = "/api/health"

WORDS = {
    400: "The body is no JSON, or a provider's call cannot be read",
    401: "Nobody is signed in; or the password, or a provider's signature, is wrong",
    402: "There are not enough credits: needCredits and currentCredits tell how many are missing",
    403: "Another site's page has sent this",
    404: "There is nothing here, or it is not yours to see",
    409: "This does not go together with what there is; the code says what",
    410: "This link was used already, has been replaced by a newer one, or is too old",
    413: "The body is too large",
    422: "A value is not as it should be; the sentence says which",
    429: "Too many at once: retryAfter and the header Retry-After tell when to come again",
    451: "The prompt goes against the content rules",
    502: "The payment service did not accept this",
    503: "The site, or a service behind it, is away for a moment",
}

ALSO: dict[tuple[str, str], tuple[int, ...]] = {
    ("POST", "/api/auth/sign-up"): (409,),
    ("POST", "/api/auth/sign-in"): (401,),
    ("POST", "/api/auth/demo"): (404,),
    ("GET", "/api/auth/session"): (401, 409),
    ("POST", "/api/auth/request-reset"): (404,),
    ("POST", "/api/auth/reset"): (410,),
    ("POST", "/api/auth/change-password"): (409,),
    ("POST", "/api/auth/request-verification"): (404, 409),
    ("POST", "/api/auth/verify"): (401, 404, 410),
    ("POST", "/api/auth/change-email"): (404, 409),
    ("GET", "/api/auth/clerk"): (404,),
    ("POST", "/api/auth/clerk"): (401, 409),
    ("POST", "/api/manual-ban"): (404, 409),
    ("POST", "/api/generate-video"): (402, 409, 451),
    ("GET", "/api/user/videos.zip"): (404,),
    ("GET", "/api/user/export-data"): (404, 409),
    ("DELETE", "/api/user/delete-account"): (409,),
    ("POST", "/api/user/keep-account"): (404,),
    ("POST", "/api/pictures"): (422,),
    ("POST", "/api/user/picture"): (422,),
    ("POST", "/api/user/picture/restore"): (404,),
    ("POST", "/api/feedback"): (401, 404, 409),
    ("GET", "/api/feedback"): (404,),
    ("POST", "/api/manual-feedback"): (404, 409),
    ("POST", "/api/manual-provider-key"): (404,),
    ("POST", "/api/payments/checkout"): (401, 404, 409),
    ("POST", "/api/payments/creem"): (401, 404),
    ("POST", "/api/payments/creem-advanced"): (404, 409, 502),
    ("GET", "/api/waiting-payments"): (404,),
    ("GET", "/api/admin/figures"): (404,),
    ("POST", "/api/manual-process-payment"): (404, 409),
    ("POST", "/api/manual-credits"): (404, 409),
    ("POST", "/api/manual-replay-webhook"): (404, 409),
    ("POST", "/api/manual-video"): (404, 409),
    ("GET", "/api/check-creem-config"): (401, 404, 409),
    ("GET", "/api/webhook-info"): (401, 404, 409),
    ("GET", "/api/api-key-status"): (401, 404, 409),
    ("POST", "/api/webhooks/creem"): (400, 401),
    ("POST", "/api/webhooks/clerk"): (400, 401),
    ("POST", "/api/webhooks/veo3/{token}"): (400, 401),
}


def declare(api: FastAPI) -> None:
    """Let the API's description name every status that each route can answer with."""
    describe = api.openapi

    def described() -> dict[str, Any]:
        is_new = api.openapi_schema is None
        spec = describe()
        if is_new:
            for route in _routes(api):
                _declare(spec["paths"].get(route.path_format, {}), route)
        return spec

    api.openapi = described


def _routes(api: FastAPI) -> Generator[APIRoute, None, None]:
    for included in api.router.routes:
        routes = getattr(getattr(included, "original_router", None), "routes", [])
        yield from (route for route in routes if isinstance(route, APIRoute))


def _declare(operations: dict[str, Any], route: APIRoute) -> None:
    for method in route.methods or ():
        operation = operations.get(method.lower())
        if operation is None:
            continue
        answers: dict[str, Any] = operation["responses"]
        for wildcard in WILDCARDS:
            answers.pop(wildcard, None)
        for status in sorted({*_from_shape(method, route), *ALSO.get((method, route.path_format), ())}):
            answers.setdefault(str(status), _refusal(status))


def _from_shape(method: str, route: APIRoute) -> Generator[int, None, None]:
    dependant = route.dependant
    if not route.path_format.startswith(NEVER_BUSY):
        yield from (429, 503)
    if method not in SAFE:
        yield from (403, 413)
    if route.body_field:
        yield 400
    if route.body_field or dependant.query_params or dependant.header_params or dependant.path_params:
        yield 422
    if dependant.path_params:
        yield 404
    if any(each.call is holder for each in _flat(dependant)):
        yield from (401, 409)  # a token of Clerk's can name an address that is another account's


def _flat(dependant: Dependant) -> Generator[Dependant, None, None]:
    yield dependant
    for each in dependant.dependencies:
        yield from _flat(each)


def _refusal(status: int) -> dict[str, Any]:
    words = WORDS.get(status, HTTPStatus(status).phrase)
    schema = {"$ref": "#/components/schemas/Failure"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}
