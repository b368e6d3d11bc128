"""Who may call what: every route and every event handler, in one table. What is not in it fails the tests.

A new route needs a line in `ROUTES`: what nobody in particular, another user, its owner and an operator are answered. A new
event handler needs one in `HANDLERS`: who may do something with it. `{video}`, `{order}`, ... are what the owner has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["nobody", "other", "owner", "operator"]
ROLES: tuple[Role, ...] = ("nobody", "other", "operator", "owner")
"""In this order: the owner comes last, and may end what the others were refused."""


@dataclass(frozen=True)
class Route:
    """One route: the status each of the four gets, who come in the order nobody, other, owner, operator."""

    nobody: int
    other: int
    owner: int
    operator: int
    body: Mapping[str, Any] | None = None
    query: str = ""


def all_of(status: int, **more: Any) -> Route:
    """Answer everybody alike: it is about nobody, or about who asks."""
    return Route(status, status, status, status, **more)


def signed_in(status: int = 200, **more: Any) -> Route:
    """Answer whoever is signed in about themselves."""
    return Route(401, status, status, status, **more)


def owners(status: int = 200, nobody: int = 401, **more: Any) -> Route:
    """Answer the owner; for all others, operators among them, there is nothing there."""
    return Route(nobody, 404, status, 404, **more)


def operators(status: int = 200, **more: Any) -> Route:
    """Answer operators; for all others there is nothing there."""
    return Route(401, 404, 404, status, **more)


ACCOUNT = {"email": "{fresh}", "password": "correct horse battery"}

ROUTES: dict[str, Route] = {
    "GET /api/openapi.json": all_of(200),
    "HEAD /api/openapi.json": all_of(200),
    "GET /api/docs": all_of(200),
    "GET /api/health": all_of(200),
    "HEAD /api/health": all_of(200),
    "GET /api/health/live": all_of(200),
    "GET /api/health/ready": all_of(200),
    "POST /api/auth/sign-up": all_of(200, body=ACCOUNT),
    "POST /api/auth/sign-in": all_of(401, body=ACCOUNT),
    "POST /api/auth/demo": all_of(200),
    "POST /api/auth/sign-out": all_of(200),
    "GET /api/auth/session": all_of(200),
    "POST /api/auth/request-reset": all_of(200, body={"email": "{fresh}"}),
    "POST /api/auth/reset": all_of(410, body={"token": "x", "password": "correct horse battery"}),
    "POST /api/auth/verify": all_of(410, body={"token": "x"}),
    "POST /api/auth/request-verification": signed_in(),
    "POST /api/auth/change-password": signed_in(
        403, body={"password": "one of the two", "newPassword": "the other one"}
    ),  # these have none
    "POST /api/auth/change-email": signed_in(403, body={"email": "{fresh}", "password": "one of the two"}),
    "DELETE /api/auth/change-email": signed_in(),
    "GET /api/letters/stop/{token}": all_of(404),  # who has a whole one needs no session
    "HEAD /api/letters/stop/{token}": all_of(404),
    "POST /api/letters/stop/{token}": all_of(404),
    "GET /api/auth/clerk": all_of(404),  # where there is no Clerk, as here
    "POST /api/auth/clerk": all_of(401, body={"token": "x"}),
    "GET /api/user/sync": signed_in(),
    "POST /api/user/sync": signed_in(),
    "GET /api/credits": signed_in(),
    "POST /api/credits": signed_in(),
    "GET /api/credits-check": signed_in(),
    "GET /api/user/credits.csv": signed_in(),
    "GET /api/user/sessions": signed_in(),
    "DELETE /api/user/sessions/{session_id}": owners(),
    "POST /api/user/sessions/end-others": signed_in(),
    "GET /api/user/export-data": signed_in(202),
    "POST /api/user/export-data": signed_in(202),
    "GET /api/exports/{token}": all_of(404),
    "HEAD /api/exports/{token}": all_of(404),
    "DELETE /api/user/delete-account": signed_in(422, body={"confirm": "not quite"}),
    "POST /api/user/keep-account": signed_in(),
    "POST /api/manual-ban": operators(body={"userId": "{third}", "reason": "because"}),
    "POST /api/generate-video": signed_in(202, body={"prompt": "ice"}),
    "GET /api/video-status/{name}": owners(),
    "GET /api/user/videos": signed_in(),
    "GET /api/videos/{video_id}/file": owners(nobody=404),
    "HEAD /api/videos/{video_id}/file": owners(nobody=404),
    "GET /api/videos/{video_id}/poster": owners(nobody=404),
    "HEAD /api/videos/{video_id}/poster": owners(nobody=404),
    "GET /api/videos/{video_id}/preview": owners(nobody=404),
    "HEAD /api/videos/{video_id}/preview": owners(nobody=404),
    "GET /api/videos/{video_id}/link": owners(),
    "GET /api/user/videos.zip": owners(query="?ids={video}"),
    "GET /api/media/{token}": all_of(404),
    "HEAD /api/media/{token}": all_of(404),
    "GET /video/{video_id}": all_of(404),  # it is not shared
    "HEAD /video/{video_id}": all_of(404),
    "PATCH /api/videos/{video_id}": owners(body={"favourite": True}),
    "DELETE /api/videos/{video_id}": owners(),
    "POST /api/videos/{video_id}/restore": owners(),
    "POST /api/videos/{video_id}/share": owners(),
    "POST /api/videos/{video_id}/1080p": owners(),
    "POST /api/videos/{video_id}/cancel": owners(409),  # it has ended
    "POST /api/pictures": signed_in(422),
    "GET /api/pictures/{picture_id}": owners(),
    "DELETE /api/pictures/{picture_id}": owners(),
    "GET /api/pictures/{picture_id}/{cut}/{expires}/{mac}.jpg": all_of(404),
    "HEAD /api/pictures/{picture_id}/{cut}/{expires}/{mac}.jpg": all_of(404),
    "GET /api/user/profile": signed_in(),
    "PATCH /api/user/profile": signed_in(body={"theme": "dark"}),
    "POST /api/user/picture": signed_in(422),
    "DELETE /api/user/picture": signed_in(),
    "POST /api/user/picture/restore": signed_in(404),  # none was taken off
    "GET /api/avatars/{avatar_id}.webp": all_of(200),  # whoever has its address
    "HEAD /api/avatars/{avatar_id}.webp": all_of(200),
    "POST /api/feedback": all_of(200, body={"message": "It rattles."}),
    "GET /api/feedback": operators(),
    "POST /api/manual-feedback": operators(
        body={"feedbackId": "{feedback}", "act": "thank", "reason": "because"}
    ),
    "POST /api/payments/checkout": signed_in(body={"planType": "starter"}),
    "POST /api/payments/creem-advanced": signed_in(body={"planType": "starter"}),
    "POST /api/payments/creem": signed_in(body={"planType": "starter"}),
    "GET /api/user/purchases": signed_in(),
    "GET /api/user/agreement": signed_in(),
    "POST /api/user/agreement": signed_in(),
    "GET /api/waiting-payments": operators(),
    "GET /api/admin/figures": operators(),
    "POST /api/manual-process-payment": operators(body={"orderId": "{order}", "reason": "because"}),
    "POST /api/manual-credits": operators(body={"email": "{email}", "credits": 1, "reason": "because"}),
    "POST /api/manual-replay-webhook": operators(body={"eventId": "{event}", "reason": "because"}),
    "POST /api/manual-video": operators(
        409, body={"videoId": "{video}", "reason": "because"}
    ),  # it has ended
    "POST /api/manual-provider-key": operators(404, body={"fingerprint": "{nonsense}", "reason": "because"}),
    "GET /api/api-key-status": all_of(200),
    "GET /api/check-creem-config": all_of(200),
    "GET /api/webhook-info": all_of(200),
    "POST /api/webhooks/creem": all_of(401, body={}),
    "POST /api/webhooks/clerk": all_of(401, body={}),
    "POST /api/webhooks/veo3/{token}": all_of(404, body={}),
}

NAMES = {
    "session_id": "session",
    "name": "video",
    "video_id": "video",
    "picture_id": "picture",
    "avatar_id": "avatar",
    "token": "nonsense",
    "cut": "nonsense",
    "expires": "moment",
    "mac": "nonsense",
}
"""What stands in a route's path for each of its parts."""


@dataclass(frozen=True)
class Handler:
    """One event handler: who may do something with it, and the var that says so to those who may not, if one does.

    Who may not, changes nothing of anybody's, whatever they call it with. `is_called` is false for those who may where
    that takes long and is tested elsewhere.
    """

    may: frozenset[Role]
    payload: Mapping[str, Any] = field(default_factory=dict)
    tells: str = ""
    is_called: bool = True


EVERYBODY: frozenset[Role] = frozenset(ROLES)
NOBODY: frozenset[Role] = frozenset()
SIGNED_IN: frozenset[Role] = frozenset({"other", "owner", "operator"})
OWNER: frozenset[Role] = frozenset({"owner"})
OPERATOR: frozenset[Role] = frozenset({"operator"})

REASON = {"reason": "because"}

HANDLERS: dict[str, Handler] = {
    "Visitor.arrive": Handler(EVERYBODY),
    "Desk.watch": Handler(NOBODY),  # a page's load may; a browser's own call never begins
    "History.watch": Handler(NOBODY),
    "Library.arrive": Handler(EVERYBODY),
    "Library.watch": Handler(NOBODY),
    "Library.search": Handler(EVERYBODY, {"words": "ice"}),
    "Library.choose": Handler(EVERYBODY, {"name": "view", "value": "failed"}),
    "Library.clear": Handler(EVERYBODY),
    "Library.show_more": Handler(EVERYBODY),
    "Library.open": Handler(OWNER, {"video_id": "{failed}"}),
    "Shelving.act": Handler(OWNER, {"what": "star", "video_ids": "{failed}"}, tells="error"),
    "Shelving.act_on_many": Handler(OWNER, {"form": {"what": "star", "ids": "{failed}"}}, tells="error"),
    "Shelving.rename": Handler(OWNER, {"form": {"video": "{failed}", "title": "mine"}}, tells="error"),
    "Shelving.share": Handler(OWNER, {"video_id": "{failed}"}, tells="error"),
    "Shelving.unshare": Handler(OWNER, {"video_id": "{failed}"}, tells="error"),
    "Shelving.ask_for_hd": Handler(OWNER, {"video_id": "{failed}"}, tells="error"),
    "Shelving.cancel": Handler(OWNER, {"video_id": "{failed}"}, tells="error"),
    "Shelving.discard": Handler(OWNER, {"video_id": "{failed}"}, tells="error"),
    "History.show_more_lines": Handler(SIGNED_IN),
    "Account.rename": Handler(SIGNED_IN, {"form": {"name": "Ada"}}, tells="error"),
    "Account.choose_region": Handler(SIGNED_IN, {"region": "de-DE"}, tells="error"),
    "Account.choose_letters": Handler(SIGNED_IN, {"about": "ready", "wanted": False}, tells="error"),
    "Account.take_picture_off": Handler(SIGNED_IN, tells="error"),
    "Account.put_picture_back": Handler(SIGNED_IN, tells="error", is_called=False),
    "Purchases.watch": Handler(NOBODY),
    "Purchases.show_more": Handler(SIGNED_IN),
    "Purchases.open_receipt": Handler(OWNER, {"order_id": "{order}"}, tells="error"),
    "Returned.watch": Handler(NOBODY),
    "Security.watch": Handler(NOBODY),
    "Sessions.show": Handler(SIGNED_IN, tells="error"),
    "Sessions.end": Handler(OWNER, {"session_id": "{session}"}, tells="error"),
    "Sessions.end_others": Handler(SIGNED_IN, tells="error"),
    "Leaving.arrive": Handler(EVERYBODY),
    "Leaving.ask": Handler(SIGNED_IN),
    "Leaving.turn_back": Handler(EVERYBODY),
    "Takeout.watch": Handler(NOBODY),
    "Takeout.start": Handler(SIGNED_IN, tells="error"),
    "Shelf.open": Handler(EVERYBODY),
    "Shelf.search": Handler(EVERYBODY, {"text": "ice"}),
    "Shelf.take": Handler(EVERYBODY, {"category": ""}),
    "Studio.prepare": Handler(EVERYBODY),
    "Studio.choose": Handler(EVERYBODY, {"template_id": "fireplace"}),
    "Studio.start": Handler(SIGNED_IN, {"form": {"prompt": "ice", "ratio": "16:9"}}, tells="answer"),
    "Studio.reuse": Handler(OWNER, {"video_id": "{failed}"}, tells="answer"),
    "Studio.retry": Handler(OWNER, {"video_id": "{failed}"}, tells="answer"),
    "Studio.admit_failure": Handler(EVERYBODY),
    "FeedbackDesk.arrive": Handler(OPERATOR),
    "FeedbackDesk.choose": Handler(OPERATOR, {"view": "done"}, tells="error"),
    "FeedbackDesk.show_more": Handler(OPERATOR, tells="error"),
    "FeedbackDesk.act": Handler(
        OPERATOR, {"form": {"feedback": "{feedback}", "act": "thank", **REASON}}, tells="error"
    ),
    "Flow.arrive": Handler(EVERYBODY),
    "Flow.run": Handler(SIGNED_IN, tells="error", is_called=False),
    "Flow.copy": Handler(EVERYBODY),
    "Board.arrive": Handler(OPERATOR, tells="error"),
    "Board.choose": Handler(OPERATOR, {"span": "7d"}, tells="error"),
    "Console.arrive": Handler(OPERATOR, {"view": "users"}),
    "Console.search": Handler(EVERYBODY, {"form": {"q": "ice"}}),
    "Hands.act": Handler(
        OPERATOR, {"form": {"act": "adjust", "subject": "{owner}", "credits": "100", **REASON}}, tells="error"
    ),
}

REFLEXES_OWN = frozenset(
    {
        "State.hydrate",
        "State.hydrate_and_load",
        "State.set_is_hydrated",
        "FrontendEventExceptionState.handle_frontend_exception",
        "UpdateVarsInternalState.update_vars_internal",
        "OnLoadInternalState.on_load_internal",
        "OnLoadInternalState.set_is_hydrated",
    }
)
"""What Reflex brings with it; `setvar`, which every state has, sets nothing, since no var of ours has a setter."""


def filled(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - as JSON is
    """Put the owner's names into a body, a payload or a path."""
    if isinstance(value, str):
        return value.format_map(names) if "{" in value else value
    if isinstance(value, Mapping):
        return {key: filled(item, names) for key, item in value.items()}
    return value
