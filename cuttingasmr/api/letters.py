"""The page behind the link by which letters are stopped that somebody can do without. Nobody has to sign in for it.

Looking at it does nothing, since programs that look into mail open links too; a press does, and so do mail programs, which post to
the same address (RFC 8058).
"""

from __future__ import annotations

from functools import cache
from html import escape
from http import HTTPStatus
from importlib import resources
from string import Template
from typing import Final

from fastapi import APIRouter, Response
from sqlmodel import Session

from cuttingasmr import db, live, routes
from cuttingasmr.errors import AppError, LinkOver
from cuttingasmr.letters import optional
from cuttingasmr.letters.optional import Topic
from cuttingasmr.models import User

router = APIRouter(prefix="/api/letters", include_in_schema=False)

ABOUT: Final = {Topic.READY: "your videos", Topic.LOW: "your credits"}
WHEN: Final = {
    Topic.READY: "when a video of yours has ended while you were away",
    Topic.LOW: "when the credits that you bought are used up",
}
ELSE: Final = "What your account itself needs, such as a link to a new password, still comes."
SETTINGS: Final = f'<a href="{routes.PROFILE_LETTERS}">your settings</a>'


@router.head("/stop/{token}")
@router.get("/stop/{token}")
async def ask(token: str) -> Response:
    """Ask whether such letters shall come no more; it changes nothing."""
    try:
        theme, topic, is_wanted = await db.read(_standing, token=token)
    except AppError as error:
        return _refusal(error)
    return _question(topic, theme) if is_wanted else _answer(topic, theme)


@router.post("/stop/{token}")
async def stop(token: str) -> Response:
    """Send no more of these letters. Doing it again changes nothing."""
    try:
        user_id = await db.transact(optional.stop, token=token)
        theme, topic, _ = await db.read(_standing, token=token)
    except AppError as error:
        return _refusal(error)
    if user_id is not None:
        live.publish(user_id)
    return _answer(topic, theme)


def _standing(session: Session, *, token: str) -> tuple[str, Topic, bool]:
    """Tell in which theme its owner likes pages, what this link is about, and whether such letters are still wanted."""
    user_id, topic = optional.read(token)
    user = session.get(User, user_id)
    if user is None:
        raise LinkOver
    return user.theme, topic, getattr(user, optional.SWITCHES[topic].key)


def _question(topic: Topic, theme: str) -> Response:
    main = (
        f"<p>One press, and we write to you no more {WHEN[topic]}. {ELSE}</p>\n"
        '<form method="post"><button>Stop these letters</button></form>\n'
        f"<p>Or choose in {SETTINGS} what we write to you about.</p>"
    )
    return _page(HTTPStatus.OK, f"No more letters about {ABOUT[topic]}?", main, theme)


def _answer(topic: Topic, theme: str) -> Response:
    main = f"<p>{ELSE}</p>\n<p>If you miss them, switch them on again in {SETTINGS}.</p>"
    return _page(HTTPStatus.OK, f"You get no more letters about {ABOUT[topic]}.", main, theme)


def _refusal(error: AppError) -> Response:
    if not isinstance(error, LinkOver):
        return _page(error.status, "One moment", f"<p>{escape(error.message)}</p>")
    main = f"<p>It is not whole, or too old. What we write to you about is chosen in {SETTINGS}.</p>"
    return _page(HTTPStatus.NOT_FOUND, "This link does not work.", main)


def _page(status: HTTPStatus, title: str, main: str, theme: str = "") -> Response:
    # "same-origin", so that nobody else hears of the address; with "no-referrer" a form would not say where it comes from
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    look = "light" if theme == "light" else "dark"
    body = _template().substitute(title=escape(title), main=main, theme=look)
    return Response(body, status, headers, "text/html; charset=utf-8")


@cache
def _template() -> Template:
    return Template(resources.files("cuttingasmr.api").joinpath("letters.html").read_text(encoding="utf-8"))
