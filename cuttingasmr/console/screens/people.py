"""People in the console: finding them, and one of them with all that can be done for them."""

from __future__ import annotations

from sqlmodel import Session

from cuttingasmr import routes
from cuttingasmr.auth import clerk_people, operators
from cuttingasmr.auth.session_list import Place
from cuttingasmr.console import people
from cuttingasmr.console.people import Person
from cuttingasmr.console.screens import orders, trails, videos, views
from cuttingasmr.console.screens.views import (
    Act,
    Cell,
    Fact,
    Input,
    Line,
    Listing,
    Opened,
    Query,
    Screen,
    Table,
    fact_at,
    mark,
    when,
)
from cuttingasmr.console.screens.wording import ENTRIES, NONE
from cuttingasmr.models import CreditEntry, Kind, User

PATH = routes.ADMIN_USERS
SHOWS = {
    "": "Everybody",
    "banned": "Banned",
    "unverified": "Not verified",
    "clerk": "By Clerk",
    "leaving": "Leaving",
}
UNDOABLE = 3
LEADS_TO = {
    Kind.PURCHASE: routes.ADMIN_ORDERS,
    Kind.SPEND: routes.ADMIN_VIDEOS,
    Kind.GIVE_BACK: routes.ADMIN_VIDEOS,
    Kind.ADJUSTMENT: routes.ADMIN_AUDIT,
}


def show(session: Session, query: Query) -> Screen:
    """Show people, or one of them."""
    if query.id:
        found = people.look_at(session, user_id=query.id)
        return Screen(opened=[_opened(session, found)] if found else [])
    page = people.find(session, words=query.words, kind=query["show"], cursor=query.after)
    empty = "Nobody is found. Try the beginning of an address, or an id." if query.words else "Nobody yet."
    table = Table.of(
        ("Person", "State", "#Credits", "#Spent", "Joined"), [_line(user) for user in page.rows], empty=empty
    )
    return Screen(
        words=query.words,
        hint="Beginning of an e-mail address, name, or id",
        groups=[views.group(query, PATH, "show", "Show", SHOWS)],
        tables=[Listing("", views.turned(table, page, query, PATH))],
    )


def _line(user: User) -> Line:
    href = routes.in_console(PATH, id=user.id)
    name = user.known_email or "no address"
    marks = _marks(user)
    return Line(
        user.id,
        href,
        [
            Cell(text=name, note=user.name),
            marks[0] if marks else Cell(),
            Cell(text=f"{user.remaining_credits:,}"),
            Cell(text=f"{user.used_credits:,}"),
            when(user.created_at),
        ],
    )


def _marks(user: User) -> list[Cell]:
    """Say in a word or two what is special about somebody, the gravest first."""
    is_erased = user.erased_at is not None
    marks: list[tuple[bool, Cell]] = [
        (user.is_banned, mark("Banned", tone="bad")),
        (is_erased, mark("Erased", tone="bad")),
        (_is_leaving(user), mark("Leaving", tone="warn")),
        (operators.is_operator(user), mark("Operator", tone="good")),
        (user.email_verified_at is None and not is_erased, mark("Not verified", tone="warn")),
        (user.is_demo, mark("Demo", tone="faint")),
        (user.clerk_id is not None, mark("Clerk", tone="faint")),
    ]
    return [mark for holds, mark in marks if holds]


def _is_leaving(user: User) -> bool:
    return user.erase_at is not None and user.erased_at is None


def _opened(session: Session, found: Person) -> Opened:
    user = found.user
    return Opened(
        title=user.known_email or user.name or "No address",
        id=user.id,
        back=PATH,
        marks=_marks(user),
        facts=_facts(found),
        acts=[*_acts(found), *_undo(session, found)],
        listings=[
            Listing("Credits", _entries(found)),
            Listing("Videos", videos.of_one(found.videos), routes.in_console(videos.PATH, q=user.id)),
            Listing("Purchases", orders.of_one(found.orders), routes.in_console(orders.PATH, q=user.id)),
            Listing("Signed in on", _places(found.places)),
            trails.about(session, found.lines, user.id),
        ],
    )


def _facts(found: Person) -> list[Fact]:
    user = found.user
    balance = f"{user.total_credits:,} came, {user.used_credits:,} went"
    tone = "bad" if user.remaining_credits < 0 else ""
    refused = routes.in_console(routes.ADMIN_MODERATION, q=user.id)
    return [
        Fact("Credits left", f"{user.remaining_credits:,}", note=balance, tone=tone),
        Fact("Videos", f"{found.video_count:,}", href=routes.in_console(videos.PATH, q=user.id)),
        Fact("Purchases", f"{found.order_count:,}", href=routes.in_console(orders.PATH, q=user.id)),
        Fact("Prompts refused", f"{found.refused_count:,}", href=refused if found.refused_count else ""),
        Fact("Name", user.name or NONE),
        fact_at("Joined", user.created_at),
        *_leaving(user),
        fact_at("Address verified", user.email_verified_at),
        Fact("Clerk", user.clerk_id or NONE, note=user.clerk_state, is_code=bool(user.clerk_id)),
    ]


def _leaving(user: User) -> list[Fact]:
    """Say until when somebody who is leaving can be kept, or when they were erased."""
    if user.erased_at is not None:
        return [fact_at("Erased", user.erased_at)]
    return [fact_at("Can be kept until", user.erase_at, tone="warn")] if user.erase_at is not None else []


def _acts(found: Person) -> list[Act]:
    user, seen = found.user, found.seen
    amount = Input("credits", "Credits, negative to take", kind="number", hint="25")
    told = "Adds to what is left, or takes from it. The person sees it as “Adjusted by the operator”."
    acts = [Act("adjust", user.id, "Adjust credits", told, [amount], seen=seen)]
    if user.is_banned:
        acts.append(Act("unban", user.id, "Let in again", "They can sign in again at once."))
    else:
        tells = "Signs them out everywhere and lets them in no more. It can be taken back."
        acts.append(Act("ban", user.id, "Ban", tells, is_grave=True))
    if _is_leaving(user):
        tells = "It is not erased, and they can use it again. What they had shared stays unshared."
        acts.append(Act("keep", user.id, "Keep the account", tells))
    if found.places:
        tells = "They have to sign in again, on every device."
        acts.append(Act("end-sessions", user.id, "End all sessions", tells))
    is_clerks = clerk_people.keeps_address(user) and user.email_verified_at is not None
    if user.known_email and not operators.is_named(user) and not is_clerks:
        acts.append(_vouching(user))
    return acts


def _vouching(user: User) -> Act:
    if user.email_verified_at is None:
        tells = "Takes this address for theirs: payments from it are matched to this account from then on."
        return Act("vouch", user.id, "Vouch for the address", tells)
    tells = "No payment is matched to this account by its address any more."
    return Act("withdraw-vouch", user.id, "Address is not theirs", tells, is_grave=True)


def _undo(session: Session, found: Person) -> list[Act]:
    standing = [line for line in people.adjustments(found.entries) if line not in found.undone]
    return [act for line in standing[:UNDOABLE] for act in trails.undo_of(session, line)]


def _entries(found: Person) -> Table:
    lines = [_entry(entry, found.undone) for entry in found.entries]
    return Table.of(("What", "#Credits", "When"), lines, empty="No credits have come or gone.")


def _entry(entry: CreditEntry, undone: set[int]) -> Line:
    kind = Kind(entry.kind)
    what, reference = ENTRIES[kind], entry.reference
    if reference.startswith("undo:"):
        what, reference = "An adjustment undone", reference.removeprefix("undo:")
    note = "undone since" if reference.isdigit() and int(reference) in undone else ""
    path = LEADS_TO.get(kind)
    href = routes.in_console(path, id=reference) if path else ""
    return Line(
        str(entry.id),
        href,
        [Cell(text=what, note=note), Cell(text=f"{entry.credits:+,}"), when(entry.created_at)],
    )


def _places(places: list[Place]) -> Table:
    lines = [
        Line(place.id, "", [Cell(text=place.device), when(place.created_at), when(place.last_seen_at)])
        for place in places
    ]
    return Table.of(("Device", "Since", "Last used"), lines, empty="They are signed in nowhere.")
