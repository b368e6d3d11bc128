"""Orders in the console: those that wait for somebody first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from cuttingasmr import routes
from cuttingasmr.console import orders, people
from cuttingasmr.console.orders import Sale
from cuttingasmr.console.screens import trails, views
from cuttingasmr.console.screens.views import (
    Act,
    Cell,
    Fact,
    Input,
    Line,
    Listing,
    Opened,
    Option,
    Query,
    Screen,
    Table,
    Tone,
    fact_at,
    mark,
    when,
)
from cuttingasmr.console.screens.wording import NONE, counted
from cuttingasmr.models import WAITING, Order, OrderState, WebhookEvent
from cuttingasmr.payments import orders as payments
from cuttingasmr.payments.money import money
from cuttingasmr.payments.packages import all_packages

PATH = routes.ADMIN_ORDERS
ALL = "all"
SHOWS = {
    orders.WAITS: "Waiting",
    OrderState.PENDING: "Pending",
    OrderState.COMPLETED: "Completed",
    OrderState.REFUNDED: "Refunded",
    OrderState.PARTIALLY_REFUNDED: "Partly refunded",
    OrderState.DISPUTED: "Disputed",
    OrderState.RETURNED: "Returned",
    OrderState.EXPIRED: "Expired",
    ALL: "All",
}
TONES: dict[str, Tone] = {
    OrderState.COMPLETED: "good",
    OrderState.HELD: "warn",
    OrderState.UNMATCHED: "warn",
    OrderState.DISPUTED: "bad",
    OrderState.PENDING: "faint",
    OrderState.RETURNED: "faint",
    OrderState.EXPIRED: "faint",
}
HEADS = ("Order", "State", "Of", "Paid by", "When")
ASKED_ABOUT = (OrderState.PENDING, OrderState.EXPIRED)


def show(session: Session, query: Query) -> Screen:
    """Show orders, or one of them. Those that wait come first, unless something else is looked for."""
    if query.id:
        found = orders.look_at(session, order_id=query.id)
        return Screen(opened=[_opened(session, found)] if found else [])
    shown = query["show"] or (ALL if query.words else orders.WAITS)
    asked = Query(query.words, (("show", shown),), query.after)
    page = orders.find(session, words=query.words, state=shown, cursor=query.after)
    names = people.addresses(session, user_ids={row.user_id for row in page.rows if row.user_id})
    lines = [_line(order, names) for order in page.rows]
    empty = "Nothing is found." if query.words else _empty(shown)
    table = Table.of(HEADS, lines, empty=empty)
    return Screen(
        words=query.words,
        hint="Order id, Creem's id, payer's or buyer's address",
        groups=[views.group(asked, PATH, "show", "State", SHOWS)],
        tables=[Listing("", views.turned(table, page, asked, PATH))],
    )


def waiting(session: Session, size: int) -> list[Listing]:
    """Show the payments that have waited longest, where some wait."""
    rows = orders.find(session, state=orders.WAITS).rows[:size]
    names = people.addresses(session, user_ids={row.user_id for row in rows if row.user_id})
    table = Table.of(HEADS, [_line(order, names) for order in rows], empty="")
    return [Listing("Payments that wait", table, PATH)] if rows else []


def of_one(rows: Sequence[Order]) -> Table:
    """Show one person's latest orders."""
    lines = [
        Line(
            order.id,
            routes.in_console(PATH, id=order.id),
            [_what(order), _state(order), when(order.created_at)],
        )
        for order in rows
    ]
    return Table.of(("Order", "State", "When"), lines, empty="They have bought nothing.")


def _empty(shown: str) -> str:
    return "No payment waits for anybody." if shown == orders.WAITS else "There is no such order."


def _line(order: Order, names: dict[str, str]) -> Line:
    return Line(
        order.id,
        routes.in_console(PATH, id=order.id),
        [
            _what(order),
            _state(order),
            views.person(order.user_id, names),
            Cell(text=order.payer_email or NONE, note=order.reason),
            when(order.paid_at or order.created_at),
        ],
    )


def _what(order: Order) -> Cell:
    paid = order.paid_cents if order.paid_cents is not None else order.price_cents
    return Cell(text=f"{money(paid, order.paid_in)} {order.package_id}", note=counted(order.credits))


def _state(order: Order) -> Cell:
    return mark(_named(order.state), tone=TONES.get(order.state, ""))


def _named(state: str) -> str:
    return state.replace("_", " ").capitalize()


def _opened(session: Session, found: Sale) -> Opened:
    order = found.order
    return Opened(
        title=f"{money(order.price_cents, order.currency)} {order.package_id}",
        id=order.id,
        back=PATH,
        marks=[_state(order)],
        facts=_facts(found),
        acts=_acts(order),
        listings=[
            Listing("What has arrived", _events(found.events)),
            trails.about(session, found.lines, order.id),
        ],
    )


def _facts(found: Sale) -> list[Fact]:
    order, owner = found.order, found.owner
    paid = "not paid" if order.paid_cents is None else money(order.paid_cents, order.paid_in)
    taken = f"{found.taken:,} taken back" if found.taken else ""
    name = (owner.known_email or owner.name or owner.id) if owner else "nobody is known"
    href = routes.in_console(routes.ADMIN_USERS, id=owner.id) if owner else ""
    return [
        Fact("Buyer", name, href=href, tone="" if owner else "warn"),
        Fact("Payer's address", order.payer_email or NONE),
        Fact("Price", money(order.price_cents, order.currency), note=counted(order.credits)),
        Fact("Paid", paid),
        *(Fact("Given back", money(order.taken_cents, order.paid_in)) for _ in range(order.taken_cents > 0)),
        Fact("Credits granted", f"{found.granted:,}", note=taken),
        Fact("Why", order.reason or NONE),
        fact_at("Ordered", order.created_at),
        fact_at("Paid at", order.paid_at),
        Fact("Road", order.road),
        Fact("Checkout", order.checkout_id or NONE, is_code=True),
        Fact("Creem's order", order.provider_order_id or NONE, is_code=True),
        Fact("Transaction", order.transaction_id or NONE, is_code=True),
        Fact("Customer", order.customer_id or NONE, is_code=True),
    ]


def _acts(order: Order) -> list[Act]:
    if order.state in WAITING:
        who = "Account, if not its buyer's" if order.user_id else "Address of the account"
        email = Input("email", who, kind="email", is_required=order.user_id is None)
        less = f", which is {counted(order.credits)} less what was refunded" if order.taken_cents else ""
        choices = [Option(it.id, f"{it.name}, {counted(it.credits)}") for it in all_packages()]
        package = Input("package", "Package", options=choices, value=order.package_id)
        tells = f"Grants {counted(payments.worth(order))}{less}, or as another package would, once, and settles the order. What goes to a wrong account is taken back by adjusting credits."
        return [Act("assign", order.id, "Credit this order", tells, [email, package])]
    if order.state in ASKED_ABOUT:
        tells = "Reads the checkout at Creem. If it was paid, the credits are granted, once."
        return [Act("ask", order.id, "Ask Creem now", tells)]
    return []


def _events(events: Sequence[WebhookEvent]) -> Table:
    lines = [
        Line(
            event.event_id,
            routes.in_console(routes.ADMIN_INBOX, id=event.event_id, provider=event.provider),
            [Cell(text=event.kind, is_code=True), Cell(text=event.outcome), when(event.received_at)],
        )
        for event in events
    ]
    return Table.of(("Event", "Outcome", "When"), lines, empty="Nothing has arrived about it.")
