"""What buyers see: the checkout page, hosted links, their orders (`providers.md` 1.2, 1.12, 1.13).

One rule: every button works without JavaScript, and a page says what happened in a sentence.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cuttingasmr.sandbox.stranger import Endpoint, Operation

from .api import portal_token
from .books import Books
from .checkout import Checkout
from .checkout_request import Wanted, is_address, is_mail
from .markup import Form, checkout_page, note_page, orders_page
from .refusal import Refused, not_found
from .settings import CreemSettings
from .till import Telling, Terms, Till, checked_code

_METADATA = re.compile(r"metadata\[(.+)\]")
_THEMES = ("light", "dark")
_NOTES = {
    "declined": "Your card was declined.",
    "funds": "Your card has insufficient funds.",
    "cvc": "Your card's security code is incorrect.",
    "expired": "Your card has expired.",
    "email": "Please enter an e-mail address.",
    "code": "This discount code is not valid.",
}
_CARDS = {
    "4000000000000002": "declined",
    "4507990000000028": "declined",
    "4000000000009995": "funds",
    "4507990000000010": "funds",
    "4000000000000127": "cvc",
    "4000000000000069": "expired",
}


class _Typed(NamedTuple):
    """What came from the page's form."""

    action: str
    email: str
    other_email: str
    discount_code: str
    card: str
    back: str


class Pages:
    """Pages for browsers; they stay up when the API is broken, as another machine's would."""

    def __init__(self, settings: CreemSettings, books: Books, till: Till) -> None:
        self._settings, self._books, self._till = settings, books, till

    def operations(self) -> Sequence[Operation]:
        """List the pages; Creem's live links and its test links are the same here."""
        table = [
            ("GET", "/checkout/{id}", "pages", self._show),
            ("POST", "/checkout/{id}", "pages-pressed", self._press),
            ("GET", "/payment/{id}", "links", self._open),
            ("GET", "/test/payment/{id}", "links", self._open),
            ("GET", "/my-orders/login/{token}", "pages", self._orders),
        ]
        return [
            Operation(method, path, name, _worded(endpoint), breaks="alone")
            for method, path, name, endpoint in table
        ]

    async def _open(self, request: Request) -> Response:
        """Open a checkout from a link (1.12); what else the link carries goes on to the page."""
        asked = request.query_params.multi_items()
        metadata = {found[1]: value for name, value in asked if (found := _METADATA.fullmatch(name))}
        code = checked_code(request.query_params.get("discount_code", ""))
        wanted = Wanted(request.path_params["id"], metadata=metadata or None, discount_code=code)
        site = str(request.base_url).rstrip("/")
        checkout = self._till.open(wanted, key=self._settings.api_key, site=site)
        theme = _theme(request)
        return RedirectResponse(f"{checkout.url}?theme={theme}" if theme else checkout.url, 303)

    async def _show(self, request: Request) -> Response:
        checkout, asked = self._books.find(request.path_params["id"]), request.query_params
        if checkout.status == "expired":
            return note_page("This checkout has expired", "Nothing was charged.", status=410)
        if checkout.status == "completed":
            text, link = "Thank you. No receipt was sent: this is a sandbox.", self._till.return_url(checkout)
            return note_page("Paid", text, link=link, label="Return to the shop")
        return checkout_page(
            checkout,
            Form(
                email=asked.get("email", ""),
                discount_code=asked.get("discount_code", ""),
                back=asked.get("back") or _came_from(request),
                note=_NOTES.get(asked.get("note", ""), ""),
            ),
            theme=_theme(request),
        )

    async def _press(self, request: Request) -> Response:
        checkout = self._books.find(request.path_params["id"])
        async with request.form() as form:
            typed = _read(form)
        if typed.action == "cancel":
            return _go_back(typed)
        if checkout.status != "pending":
            return RedirectResponse(checkout.url, 303)
        return self._decide(checkout, request, typed)

    def _decide(self, checkout: Checkout, request: Request, typed: _Typed) -> Response:
        """Do what the button says."""
        try:
            code = checked_code(typed.discount_code)
        except Refused:
            return _again(request, typed, "code")
        if code:
            checkout.discount_code = code
            self._books.keep(checkout)
        if typed.action == "discount":
            return _again(request, typed)
        if typed.action == "decline":
            return _declined(request, typed, "declined")
        return self._pay(checkout, request, typed)

    def _pay(self, checkout: Checkout, request: Request, typed: _Typed) -> Response:
        email = typed.other_email if typed.action == "pay-other" else checkout.email or typed.email
        if not is_mail(email):
            return _again(request, typed, "email")
        if reason := _CARDS.get(re.sub(r"\D", "", typed.card)):
            return _declined(request, typed, reason)
        self._till.pay(checkout, Terms(email=email), Telling())
        request.state.operation = "payments"
        return RedirectResponse(self._till.return_url(checkout) or checkout.url, 303)

    async def _orders(self, request: Request) -> Response:
        """Show a customer's orders: the portal (1.3)."""
        token = request.path_params["token"]
        found = [pair for pair in self._books.payments() if portal_token(pair[1].customer) == token]
        if not found:
            raise not_found("Customer")
        return orders_page(found)


def _worded(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, with refusals as pages."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refusal:
            request.state.operation += "-refused"
            return note_page("That did not work", f"{refusal}.", status=refusal.status)

    return answer


def _read(form: FormData) -> _Typed:
    """Read the form; a file where a word belongs is no word."""
    words = {name: form.get(name, "") for name in _Typed._fields}
    return _Typed(**{name: word.strip() if isinstance(word, str) else "" for name, word in words.items()})


def _again(request: Request, typed: _Typed, note: str = "") -> Response:
    """Show the form again, by a redirect, so that going back in the browser asks nothing."""
    told = {"note": note, "email": typed.email, "back": typed.back, "theme": _theme(request)}
    if note == "code":
        told["discount_code"] = typed.discount_code
    query = urlencode({name: value for name, value in told.items() if value})
    return RedirectResponse(f"{request.url.path}?{query}", 303)


def _declined(request: Request, typed: _Typed, reason: str) -> Response:
    request.state.operation = "declines"
    return _again(request, typed, reason)


def _theme(request: Request) -> str:
    theme = request.query_params.get("theme", "")
    return theme if theme in _THEMES else ""


def _came_from(request: Request) -> str:
    """Tell where the buyer came from, as far as the browser says so."""
    referer = request.headers.get("referer", "")
    return referer if is_address(referer) and not referer.startswith(str(request.base_url)) else ""


def _go_back(typed: _Typed) -> Response:
    if is_address(typed.back):
        return RedirectResponse(typed.back, 303)
    return note_page("You left the checkout", "Nothing was charged. You may close this page.")
