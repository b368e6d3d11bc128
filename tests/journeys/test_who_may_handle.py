"""Every event handler, for nobody in particular, another user, the owner and an operator, as tests/support/who_may.py has it."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
import reflex as rx
from reflex.state import BaseState
from sqlmodel import Session, SQLModel, col, select

from cuttingasmr import states
from cuttingasmr.auth import operators, sessions
from cuttingasmr.models import (
    AuditEntry,
    CreditEntry,
    Feedback,
    Order,
    SessionRow,
    Status,
    User,
    Video,
    WebhookEvent,
)
from cuttingasmr.states.console import Console
from cuttingasmr.states.visitor import Visitor
from tests.support.people import add_event, add_feedback, add_held_order, give_credits, make_video
from tests.support.site import OPERATOR, PASSWORD
from tests.support.site import Visitor as Browser
from tests.support.socket import Socket
from tests.support.watched import WatchedSite
from tests.support.who_may import HANDLERS, REFLEXES_OWN, ROLES, Handler, Role, filled

TABLE = "tests/support/who_may.py"
REFUSED = re.compile(r"There is nothing here|Please sign in first|^refused|^sign-in")

for module in pkgutil.iter_modules(states.__path__):
    importlib.import_module(f"{states.__name__}.{module.name}")


def all_states(state: type[BaseState] = rx.State) -> Iterator[type[BaseState]]:
    """Give every state that a browser can reach."""
    yield state
    for substate in state.__subclasses__():
        if not substate.__module__.startswith("tests"):
            yield from all_states(substate)


STATES = {state.__name__: state for state in all_states() if state.__name__ != "ComponentState"}


def every_handler() -> set[str]:
    return {f"{name}.{handler}" for name, state in STATES.items() for handler in state.event_handlers}


def test_the_table_knows_every_event_handler_and_no_other() -> None:
    known = {name for name in every_handler() if not name.endswith(".setvar")} - REFLEXES_OWN

    assert known - set(HANDLERS) == set(), f"add a line for each of these to HANDLERS in {TABLE}"
    assert set(HANDLERS) - known == set(), (
        f"take these out of HANDLERS in {TABLE}: there is no such handler any more"
    )
    assert every_handler() >= REFLEXES_OWN, (
        "Reflex has changed what it brings: look at it, then at REFLEXES_OWN"
    )


def test_no_var_of_ours_can_be_set_by_a_browser() -> None:
    setters = {
        f"{name}.{attribute}"
        for name, state in STATES.items()
        if state.__module__.startswith("cuttingasmr")
        for attribute in dir(state)
        if attribute.startswith("set_") and attribute != "set_is_hydrated"
    }

    assert setters == set(), "`setvar` calls what begins with set_: give it another name"


class World:
    """The owner, what they have, and everybody who would like to have it too."""

    def __init__(self, site: WatchedSite) -> None:
        self.site = site
        self.visitors: dict[str, Browser] = {"other": site.someone(), "owner": site.someone()}
        operator = site.visitor()
        if not operator.sign_up(OPERATOR).is_success:
            operator.http.post("/api/auth/sign-in", json={"email": OPERATOR, "password": PASSWORD})
        site.change(lambda session: operators.vouch_for(session, email=OPERATOR))
        self.visitors["operator"] = operator
        told = self.visitors["owner"].http.get("/api/auth/session").json()["user"]
        self.owner_id, email = told["id"], told["email"]
        site.change(lambda session: give_credits(session, self.owner_id, 100))  # for all that they may start
        there = site.visitor()
        there.http.post("/api/auth/sign-in", json={"email": email, "password": PASSWORD})
        self.names = {
            "order": site.change(lambda session: add_held_order(session, self.owner_id)),
            "event": site.change(add_event),
            "feedback": site.change(lambda session: add_feedback(session, self.owner_id)),
            "email": email,
            "owner": self.owner_id,
            "failed": site.change(
                lambda session: (
                    make_video(session, user_id=self.owner_id, status=Status.FAILED, credits_returned=10).id
                )
            ),
            "session": sessions.name_of(there.http.cookies[sessions.COOKIE])[:32],
        }

    def socket(self, role: Role) -> Socket:
        """Open a page as this person."""
        visitor = self.visitors.get(role)
        cookie = f"{sessions.COOKIE}={visitor.http.cookies[sessions.COOKIE]}" if visitor else ""
        return Socket(self.site.url, cookie=cookie)

    def written(self) -> str:
        """Hash all that the owner has, and what everybody has done."""
        return self.site.look(lambda session: written(session, self.owner_id))


def written(session: Session, user_id: str) -> str:
    tables: list[tuple[type[SQLModel], object, set[str]]] = [
        (User, col(User.id) == user_id, set()),
        (Video, col(Video.user_id) == user_id, set()),
        (Order, col(Order.user_id) == user_id, set()),
        (CreditEntry, col(CreditEntry.user_id) == user_id, set()),
        (SessionRow, col(SessionRow.user_id) == user_id, {"last_seen_at"}),
        (Feedback, col(Feedback.user_id) == user_id, set()),
        (AuditEntry, col(AuditEntry.id).is_not(None), set()),
        (WebhookEvent, col(WebhookEvent.id).is_not(None), set()),
    ]
    rows = [
        sorted(row.model_dump_json(exclude=unseen) for row in session.exec(select(table).where(mine)))  # pyright: ignore[reportArgumentType, reportCallIssue]
        for table, mine, unseen in tables
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.fixture(scope="module")
def world(quiet_site: WatchedSite) -> World:
    return World(quiet_site)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_changes_nothing_and_is_told_and_who_may_is_not_refused(world: World, role: Role) -> None:
    with world.socket(role) as socket:
        before = world.written()
        for name, handler in sorted(HANDLERS.items()):
            if role not in handler.may:
                call(socket, name, handler, world)
                assert says(socket, name, handler, refused=True), f"{name} says nothing to {role}"
        socket.settle()
        assert world.written() == before, f"something that {role} may not do was done"

        for name, handler in sorted(HANDLERS.items()):
            if role in handler.may and handler.is_called:
                call(socket, name, handler, world)
                assert says(socket, name, handler, refused=False), f"{name} refuses {role}"


def call(socket: Socket, name: str, handler: Handler, world: World) -> None:
    state, _, method = name.partition(".")
    event = STATES[state].event_handlers[method]
    payload = filled(handler.payload, world.names)
    (socket.call if handler.tells else socket.tell)(event, **payload)


def says(socket: Socket, name: str, handler: Handler, *, refused: bool) -> bool:
    """Tell whether the page comes to say that this was refused, or that it was not."""
    if not handler.tells:
        return True
    var = getattr(STATES[name.partition(".")[0]], handler.tells)
    for _ in range(30):
        if bool(REFUSED.search(str(socket[var] or ""))) is refused:
            return True
        socket.settle(first=0.3)
    return False


def test_a_browser_sets_no_var_of_a_state_whatever_it_sends(world: World) -> None:
    console, visitor = Console, Visitor
    inner = "reflex___state____state.reflex___state____update_vars_internal_state.update_vars_internal"
    with world.socket("other") as socket:
        socket.call(visitor.event_handlers["arrive"])
        email, closed = socket[visitor.email], socket[console.access]
        assert email
        for state, var, value in ((console, "access", "open"), (visitor, "email", OPERATOR)):
            socket.call(state.event_handlers["setvar"], var_name=var, value=value)
            socket.send(inner, {"vars": {f"{state.get_full_name()}.{var}": value}}).settle()
        socket.call(visitor.event_handlers["arrive"])

        assert (socket[visitor.email], socket[console.access]) == (email, closed)
        assert not socket[console.screens]
