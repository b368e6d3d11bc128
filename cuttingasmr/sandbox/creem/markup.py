"""The pages' HTML, from the templates beside this file. One rule: every value is escaped on its way in."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

from starlette.responses import HTMLResponse

from .checkout import Checkout, Payment, iso


def _template(name: str) -> Template:
    return Template((Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))


_FRAME, _CHECKOUT, _NOTE = _template("frame.html"), _template("checkout.html"), _template("note.html")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


class Form(NamedTuple):
    """What the form holds, and what is said above it."""

    email: str = ""
    discount_code: str = ""
    back: str = ""
    note: str = ""


def money(cents: int, currency: str) -> str:
    """Write an amount for people."""
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{sign}{cents // 100:,}.{cents % 100:02}"


def checkout_page(checkout: Checkout, form: Form, *, theme: str) -> HTMLResponse:
    """Build the page with the buttons."""
    discount, currency = checkout.discount, checkout.product.currency
    off = discount.off(checkout.sub_total) if discount else 0
    body = _filled(
        _CHECKOUT,
        product=checkout.product.name,
        description=checkout.product.description,
        units=f"{checkout.units} of " if checkout.units > 1 else "",
        price=money(checkout.sub_total, currency),
        discount=f"{discount.name} ({discount.code})" if discount else "Discount",
        off=f"-{money(off, currency)}",
        no_discount="" if discount else "hidden",
        total=money(checkout.sub_total - off, currency),
        email=checkout.email or form.email,
        locked="readonly" if checkout.email else "",
        code=form.discount_code,
        back=form.back,
        note=form.note,
        no_note="" if form.note else "hidden",
        mode=checkout.mode,
    )
    return _page(f"Pay for {checkout.product.name}", body, theme=theme)


def note_page(title: str, text: str, *, link: str = "", label: str = "", status: int = 200) -> HTMLResponse:
    """Build a page that says one thing."""
    hidden = "" if link else "hidden"
    body = _filled(_NOTE, title=title, text=text, link=link or "#", label=label, no_link=hidden)
    return _page(title, body, status=status)


def orders_page(payments: Sequence[tuple[Checkout, Payment]]) -> HTMLResponse:
    """Build the portal: a customer's orders."""
    rows = "".join(_order_row(payment) for _, payment in payments)
    email = escape(payments[0][1].customer.email)
    body = f'<section class="card"><h1>Your orders</h1><p>{email}</p><table>{rows}</table></section>'
    return _page("Your orders", body)


def _order_row(payment: Payment) -> str:
    paid = money(payment.amount_paid, payment.currency)
    cells = (iso(payment.paid_ms)[:10], payment.product.name, paid, payment.status, payment.order_id)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _page(title: str, body: str, *, theme: str = "", status: int = 200) -> HTMLResponse:
    whole = _FRAME.substitute(title=escape(title), body=body, scheme=theme or "light dark")
    return HTMLResponse(whole, status_code=status, headers={"cache-control": "no-store"})


def _filled(template: Template, **values: str) -> str:
    return template.substitute({name: escape(value) for name, value in values.items()})
