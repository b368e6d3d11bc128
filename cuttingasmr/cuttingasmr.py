"""Wires the site together: pages, API, and what lives beside the requests."""

# pyright: standard
# Strict asks for types that Reflex does not tell.

from __future__ import annotations

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
app.add_page(
    home,
    route=routes.HOME,
    title="CuttingASMR: eight seconds you can almost touch",
    description=ABOUT,
    image=PICTURE,
    on_load=[Leaving.turn_back, Studio.prepare, Desk.watch],
)
app.add_page(
    library,
    route=routes.LIBRARY,
    title="Your library · CuttingASMR",
    description="Every video you have made.",
    image=PICTURE,
    on_load=[Leaving.turn_back, Library.arrive, Library.watch],
)
app.add_page(
    profile,
    route=routes.PROFILE,
    title="Your profile · CuttingASMR",
    description="What you have made, and what you have to spend.",
    image=PICTURE,
    on_load=[Leaving.arrive, History.watch, Purchases.watch, Security.watch, Sessions.show, Takeout.watch],
)
app.add_page(
    pricing,
    route=routes.PRICING,
    title="Pricing · CuttingASMR",
    description="Credits for ASMR videos, bought once. No subscription.",
    image=PICTURE,
    on_load=[Leaving.turn_back, Visitor.arrive],
)
app.add_page(
    success,
    route=routes.PAYMENT_SUCCESS,
    title="Your purchase · CuttingASMR",
    description="What became of a purchase.",
    image=PICTURE,
    on_load=Returned.watch,
)
app.add_page(
    cancel,
    route=routes.PAYMENT_CANCEL,
    title="Nothing was charged · CuttingASMR",
    description="The payment page was left before paying.",
    image=PICTURE,
    on_load=Visitor.arrive,
)
for text, path, name in (
    (terms, routes.TERMS, "Terms of service"),
    (privacy, routes.PRIVACY, "Privacy policy"),
    (refund, routes.REFUND, "Refund policy"),
):
    app.add_page(
        text,
        route=path,
        title=f"{name} · CuttingASMR",
        description=f"The {name.lower()} of CuttingASMR, in plain English.",
        image=PICTURE,
        on_load=Visitor.arrive,
    )
app.add_page(
    payment_flow,
    route=routes.PAYMENT_FLOW,
    title="Payment flow · CuttingASMR",
    description="For testers.",
    image=PICTURE,
    on_load=[Visitor.arrive, Flow.arrive],
)
for name, heading in TITLES.items():
    app.add_page(
        view(name),
        route=PATHS[name],
        title=f"{heading} · CuttingASMR",
        description="For operators.",
        image=PICTURE,
        on_load=[Visitor.arrive, Console.arrive(name)],  # pyright: ignore[reportCallIssue]
    )
app.add_page(
    feedback,
    route=routes.FEEDBACK,
    title="Feedback · CuttingASMR",
    description="Tell us what works, what does not, and what you would like.",
    image=PICTURE,
    on_load=Visitor.arrive,
)
app.add_page(
    admin_feedback,
    route=routes.ADMIN_FEEDBACK,
    title="Feedback · CuttingASMR",
    description="For operators.",
    image=PICTURE,
    on_load=[Visitor.arrive, FeedbackDesk.arrive],
)
app.add_page(
    sign_in,
    route=routes.SIGN_IN,
    title="Sign in · CuttingASMR",
    description="Sign in to make ASMR videos.",
    image=PICTURE,
    on_load=[Leaving.turn_back, Visitor.arrive],
)
app.add_page(
    sign_up,
    route=routes.SIGN_UP,
    title="Sign up · CuttingASMR",
    description="Make an account; your first ASMR video is free.",
    image=PICTURE,
    on_load=Visitor.arrive,
)
for door, path, name, about in (
    (
        forgot_password,
        routes.FORGOT_PASSWORD,
        "Forgot your password?",
        "Have a link sent that sets a new one.",
    ),
    (reset_password, routes.RESET_PASSWORD, "A new password", "Set it by the link that was sent to you."),
    (
        verify_email,
        routes.VERIFY_EMAIL,
        "Confirm your address",
        "Confirm an address by the link that was sent to it.",
    ),
):
    app.add_page(
        door,
        route=path,
        title=f"{name} · CuttingASMR",
        description=about,
        image=PICTURE,
        on_load=Visitor.arrive,
    )
app.add_page(
    not_found,
    route=routes.NOT_FOUND,
    title="Not found · CuttingASMR",
    description="There is no page at this address.",
    image=PICTURE,
    on_load=Visitor.arrive,
)
