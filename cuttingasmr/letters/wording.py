"""What letters say. Nothing in them was typed by anybody but us.

Who signs up with a stranger's address cannot make us say a word of theirs to that stranger.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape
from string import Template
from typing import Final

from cuttingasmr import routes
from cuttingasmr.letters.optional import Topic
from cuttingasmr.models import Purpose
from cuttingasmr.settings import get_settings


class Told(StrEnum):
    """What a letter tells in the end, which for some is known only when it is sent."""

    CONFIRM = "confirm"
    RESET = "reset"
    NO_PASSWORD = "no-password"  # noqa: S105 - the name of a letter
    CHANGE = "change"
    TAKEN = "taken"
    CHANGE_ASKED = "change-asked"
    CHANGED = "changed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of a letter
    READY = "ready"
    MANY_READY = "many-ready"
    FAILED = "failed"
    MANY_FAILED = "many-failed"
    SOME_FAILED = "some-failed"
    LOW = "low"

    @property
    def topic(self) -> Topic | None:
        """What it is about, if it is a letter that people can do without."""
        return TOPICS.get(self)

    @property
    def purpose(self) -> Purpose | None:
        """What its link is good for; `None` where it has none."""
        return LINKED.get(self)


LINKED: Final = {
    Told.CONFIRM: Purpose.CONFIRM,
    Told.RESET: Purpose.RESET,
    Told.CHANGE: Purpose.CHANGE,
}

TOPICS: Final = {
    Told.READY: Topic.READY,
    Told.MANY_READY: Topic.READY,
    Told.FAILED: Topic.READY,
    Told.MANY_FAILED: Topic.READY,
    Told.SOME_FAILED: Topic.READY,
    Told.LOW: Topic.LOW,
}
PLACES: Final = {Topic.READY: routes.LIBRARY, Topic.LOW: routes.PRICING}
"""Where they lead: to a page, as everybody is led there; their link opens nothing."""


@dataclass(frozen=True)
class Words:
    """One letter. `press` is what its link is called; `after` stands below it."""

    subject: str
    before: tuple[str, ...]
    press: str = ""
    after: tuple[str, ...] = ()


DAY = "The link works once, for 24 hours."
NOT_YOU = (
    "If that was not you, set a new password at once: {reset}. It signs everybody else out of your account."
)

WORDS: Final[dict[Told, Words]] = {
    Told.CONFIRM: Words(
        "Confirm your e-mail address",
        (
            "An account at CuttingASMR was made with this address.",
            "If you made it, confirm it where you are signed in: your payments are found by it, and a lost password is no harm.",
        ),
        "Confirm this address",
        (DAY, "If you made no account, leave this letter alone: without you, the address stays unconfirmed."),
    ),
    Told.RESET: Words(
        "Set a new password",
        ("Somebody, hopefully you, asked to set a new password for your account at CuttingASMR.",),
        "Set a new password",
        (
            "The link works once, for one hour.",
            "If you did not ask, leave this letter alone: your password stays as it is.",
        ),
    ),
    Told.NO_PASSWORD: Words(
        "Your account has no password",
        (
            "Somebody, hopefully you, asked to set a new password for your account at CuttingASMR.",
            "You sign in there with Clerk, so there is no password to forget: {sign_in}",
        ),
    ),
    Told.CHANGE: Words(
        "Confirm your new e-mail address",
        (
            "Somebody, hopefully you, wants to use this address for their account at CuttingASMR.",
            "Confirm it in a browser in which you are signed in there. Until then the account keeps its old address.",
        ),
        "Use this address",
        (DAY, "If that is not your account, leave this letter alone: nothing changes."),
    ),
    Told.TAKEN: Words(
        "This address has an account already",
        (
            "Somebody, perhaps you, wanted to use this address for another account at CuttingASMR.",
            "It has an account already, so nothing was changed. If you forgot that you had one: {reset}",
            "If that was not you, there is nothing to do: nobody was told that you have an account.",
        ),
    ),
    Told.CHANGE_ASKED: Words(
        "Somebody wants to change the address of your account",
        (
            "Somebody who knows your password asked to use another address for your account at CuttingASMR.",
            "It changes as soon as it is confirmed from that other address.",
            NOT_YOU,
        ),
    ),
    Told.CHANGED: Words(
        "The address of your account was changed",
        (
            "Your account at CuttingASMR now has another e-mail address. You get no more letters about it here.",
            "If that was not you, tell the people who run the site at once.",
        ),
    ),
    Told.PASSWORD_CHANGED: Words(
        "Your password was changed",
        (
            "The password of your account at CuttingASMR was changed just now, and every other browser was signed out.",
            NOT_YOU,
        ),
    ),
    Told.READY: Words(
        "Your video is ready",
        ("The video that you asked for at CuttingASMR is made. It is in your library, with its sound.",),
        "Watch it",
    ),
    Told.MANY_READY: Words(
        "Your videos are ready",
        (
            "The videos that you asked for at CuttingASMR are made. They are in your library, with their sound.",
        ),
        "Watch them",
    ),
    Told.FAILED: Words(
        "Your video could not be made",
        (
            "The video that you asked for at CuttingASMR could not be made. Its credits are yours again.",
            "Your library says why, and there you can try it once more.",
        ),
        "See what happened",
    ),
    Told.MANY_FAILED: Words(
        "Your videos could not be made",
        (
            "The videos that you asked for at CuttingASMR could not be made. Their credits are yours again.",
            "Your library says why, and there you can try them once more.",
        ),
        "See what happened",
    ),
    Told.SOME_FAILED: Words(
        "Your videos are ready, but not all",
        (
            "Not all of the videos that you asked for at CuttingASMR could be made. Those that could are in your library.",
            "The credits of the others are yours again; your library says why they did not come.",
        ),
        "Look at them",
    ),
    Told.LOW: Words(
        "Your credits are running out",
        (
            "The credits that you have left at CuttingASMR are not enough for another video.",
            "You are told this once. Nothing is bought by itself: whether you get more is up to you.",
        ),
        "See the prices",
    ),
}


@dataclass(frozen=True)
class Foot:
    """Why a letter came that its reader can do without, and the link by which such letters are stopped."""

    why: str
    press: str
    url: str


STOP: Final = {
    Topic.READY: (
        "You get this because a video of yours ended while you were away.",
        "No more letters about my videos",
    ),
    Topic.LOW: ("You get this because you have bought credits.", "No more letters about my credits"),
}

HTML: Final = Template(
    """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light">
<title>$subject</title></head>
<body style="margin:0;padding:32px 16px;background:#f7f4ee;color:#2a241d;font:16px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:32rem;margin:0 auto;padding:28px;background:#fffdf9;border:1px solid #e2dacb;border-radius:20px">
<p style="margin:0 0 20px;font:22px/1.2 Georgia,serif">CuttingASMR</p>
$paragraphs
</div>
</body>
</html>
"""
)
PARAGRAPH: Final = '<p style="margin:0 0 16px">{}</p>'
BUTTON: Final = (
    '<p style="margin:24px 0"><a href="{url}" style="display:inline-block;padding:12px 22px;border-radius:999px;'
    'background:#f2c14e;color:#2b1f06;font-weight:600;text-decoration:none">{press}</a></p>'
    '<p style="margin:0 0 16px;font-size:13px;color:#6d6355">Or open this address: '
    '<a href="{url}" style="color:#7a5200;word-break:break-all">{url}</a></p>'
)
FOOT: Final = '<p style="margin:24px 0 0;font-size:13px;color:#6d6355">{why} <a href="{url}" style="color:#7a5200">{press}</a></p>'


def words_of(told: Told) -> Words:
    """Give the words, with the site's own addresses in them."""
    site = get_settings().app_url
    places = {"reset": f"{site}{routes.FORGOT_PASSWORD}", "sign_in": f"{site}{routes.SIGN_IN}"}
    words = WORDS[told]
    before, after = (tuple(it.format_map(places) for it in some) for some in (words.before, words.after))
    return Words(words.subject, before, words.press, after)


def page_of(topic: Topic | None) -> str:
    """Say where a letter leads that people can do without."""
    return get_settings().app_url + PLACES[topic] if topic else ""


def foot_of(topic: Topic | None, url: str) -> Foot | None:
    """Write what stands below a letter that people can do without."""
    return Foot(*STOP[topic], url) if topic and url else None


def as_text(words: Words, link: str, foot: Foot | None = None) -> str:
    """Write a letter for those who read plain text."""
    pressed = (f"{words.press}:\n{link}",) if link else ()
    stopped = (f"{foot.why}\n{foot.press}:\n{foot.url}",) if foot else ()
    return "\n\n".join((*words.before, *pressed, *words.after, "CuttingASMR", *stopped)) + "\n"


def as_html(words: Words, link: str, foot: Foot | None = None) -> str:
    """Write the same letter with a button. It loads nothing from anywhere, so it tells nobody that it was opened."""
    button = BUTTON.format(url=escape(link), press=escape(words.press)) if link else ""
    before, after = (
        "\n".join(PARAGRAPH.format(escape(it)) for it in some) for some in (words.before, words.after)
    )
    stopped = (
        FOOT.format(why=escape(foot.why), url=escape(foot.url), press=escape(foot.press)) if foot else ""
    )
    paragraphs = f"{before}\n{button}\n{after}\n{stopped}"
    return HTML.substitute(subject=escape(words.subject), paragraphs=paragraphs)
