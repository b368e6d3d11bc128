"""Wires the site together: pages, API, and what lives beside the requests."""

# pyright: standard
# Strict asks for types that Reflex does not tell.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.api.app import make_api
from cuttingasmr.components.frame import connection_note
from cuttingasmr.components.head import head
from cuttingasmr.lifespan import lifespan
from cuttingasmr.observability import logs
from cuttingasmr.pages.admin import TITLES, view
from cuttingasmr.pages.admin_feedback import admin_feedback
from cuttingasmr.pages.feedback import feedback
from cuttingasmr.pages.home import home
from cuttingasmr.pages.legal import privacy, refund, terms
from cuttingasmr.pages.library import library
from cuttingasmr.pages.mailed import forgot_password, reset_password, verify_email
from cuttingasmr.pages.not_found import not_found
from cuttingasmr.pages.payment import cancel, success
from cuttingasmr.pages.payment_flow import payment_flow
from cuttingasmr.pages.pricing import pricing
from cuttingasmr.pages.profile import profile
from cuttingasmr.pages.sign_in import sign_in, sign_up
from cuttingasmr.settings import get_settings
from cuttingasmr.states.console import PATHS, Console
from cuttingasmr.states.desk import Desk
from cuttingasmr.states.export import Takeout
from cuttingasmr.states.feedback_desk import FeedbackDesk
from cuttingasmr.states.flow import Flow
from cuttingasmr.states.history import History
from cuttingasmr.states.leaving import Leaving
from cuttingasmr.states.library import Library
from cuttingasmr.states.purchases import Purchases
from cuttingasmr.states.returned import Returned
from cuttingasmr.states.security import Security
from cuttingasmr.states.sessions import Sessions
from cuttingasmr.states.studio import Studio
from cuttingasmr.states.trouble import apologise
from cuttingasmr.states.visitor import Visitor

ABOUT = "Describe a cut, a tap or a pour, and get it back as an eight-second ASMR video with its sound."
PICTURE = "/og.jpg"

SITE = "CuttingASMR"


@dataclass(frozen=True)
class Page:
    """One page: what draws it, where it is, what it is called, and what happens as it is opened."""

    draws: Callable[[], rx.Component]
    route: str
    title: str
    about: str
    on_load: list[Any] = field(default_factory=lambda: [Visitor.arrive])

    def add_to(self, app: rx.App) -> None:
        """Put it on the site."""
        app.add_page(
            self.draws,
            route=self.route,
            title=self.title,
            description=self.about,
            image=PICTURE,
            on_load=self.on_load,
        )


def _named(name: str) -> str:
    return f"{name} · {SITE}"


def _text(draws: Callable[[], rx.Component], route: str, name: str) -> Page:
    return Page(draws, route, _named(name), f"The {name.lower()} of {SITE}, in plain English.")


def _view(name: str, heading: str) -> Page:
    arrives = Console.arrive(name)  # pyright: ignore[reportCallIssue]
    return Page(view(name), PATHS[name], _named(heading), "For operators.", [Visitor.arrive, arrives])


PAGES = (
    Page(
        home,
        routes.HOME,
        "CuttingASMR: eight seconds you can almost touch",
        ABOUT,
        [Leaving.turn_back, Studio.prepare, Desk.watch],
    ),
    Page(
        library,
        routes.LIBRARY,
        _named("Your library"),
        "Every video you have made.",
        [Leaving.turn_back, Library.arrive, Library.watch],
    ),
    Page(
        profile,
        routes.PROFILE,
        _named("Your profile"),
        "What you have made, and what you have to spend.",
        [Leaving.arrive, History.watch, Purchases.watch, Security.watch, Sessions.show, Takeout.watch],
    ),
    Page(
        pricing,
        routes.PRICING,
        _named("Pricing"),
        "Credits for ASMR videos, bought once. No subscription.",
        [Leaving.turn_back, Visitor.arrive],
    ),
    Page(
        success,
        routes.PAYMENT_SUCCESS,
        _named("Your purchase"),
        "What became of a purchase.",
        [Returned.watch],
    ),
    Page(
        cancel,
        routes.PAYMENT_CANCEL,
        _named("Nothing was charged"),
        "The payment page was left before paying.",
    ),
    _text(terms, routes.TERMS, "Terms of service"),
    _text(privacy, routes.PRIVACY, "Privacy policy"),
    _text(refund, routes.REFUND, "Refund policy"),
    Page(
        payment_flow,
        routes.PAYMENT_FLOW,
        _named("Payment flow"),
        "For testers.",
        [Visitor.arrive, Flow.arrive],
    ),
    *(_view(name, heading) for name, heading in TITLES.items()),
    Page(
        feedback,
        routes.FEEDBACK,
        _named("Feedback"),
        "Tell us what works, what does not, and what you would like.",
    ),
    Page(
        admin_feedback,
        routes.ADMIN_FEEDBACK,
        _named("Feedback"),
        "For operators.",
        [Visitor.arrive, FeedbackDesk.arrive],
    ),
    Page(
        sign_in,
        routes.SIGN_IN,
        _named("Sign in"),
        "Sign in to make ASMR videos.",
        [Leaving.turn_back, Visitor.arrive],
    ),
    Page(
        sign_up,
        routes.SIGN_UP,
        _named("Sign up"),
        "Make an account; your first ASMR video is free.",
    ),
    Page(
        forgot_password,
        routes.FORGOT_PASSWORD,
        _named("Forgot your password?"),
        "Have a link sent that sets a new one.",
    ),
    Page(
        reset_password,
        routes.RESET_PASSWORD,
        _named("A new password"),
        "Set it by the link that was sent to you.",
    ),
    Page(
        verify_email,
        routes.VERIFY_EMAIL,
        _named("Confirm your address"),
        "Confirm an address by the link that was sent to it.",
    ),
    Page(
        not_found,
        routes.NOT_FOUND,
        _named("Not found"),
        "There is no page at this address.",
    ),
)

logs.configure(as_json=get_settings().app_env == "production")

app = rx.App(
    api_transformer=make_api(),
    html_lang="en",
    stylesheets=["/site.css"],
    head_components=head(),
    toaster=None,
    app_wraps={(5, "Connection"): lambda stateful: connection_note() if stateful else None},
    backend_exception_handler=apologise,
)
app.register_lifespan_task(lifespan)
for each in PAGES:
    each.add_to(app)
