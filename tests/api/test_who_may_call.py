"""Every route, for nobody in particular, another user, the owner and an operator, as tests/support/who_may.py has it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, update

from cuttingasmr import db
from cuttingasmr.api.app import make_api as make_the_api
from cuttingasmr.auth import avatars, operators, sessions
from cuttingasmr.generation import pictures
from cuttingasmr.models import Video
from cuttingasmr.models.columns import new_id
from tests.support.api import Api, serving
from tests.support.databases import Databases
from tests.support.people import add_event, add_feedback, add_held_order, make_user
from tests.support.pictures import encoded
from tests.support.site import OPERATOR, Sandbox
from tests.support.who_may import NAMES, ROLES, ROUTES, Role, Route, filled

TABLE = "tests/support/who_may.py"


def every_route() -> set[str]:
    """Name every route of the API: those that FastAPI has included, whole."""
    found: set[str] = set()
    for included in make_the_api().router.routes:
        for route in getattr(getattr(included, "original_router", None), "routes", [included]):
            found |= {f"{method} {route.path}" for method in getattr(route, "methods", None) or ()}
    return found


def test_the_table_knows_every_route_and_no_other() -> None:
    known = every_route()

    assert known - set(ROUTES) == set(), f"add a line for each of these to ROUTES in {TABLE}"
    assert set(ROUTES) - known == set(), (
        f"take these out of ROUTES in {TABLE}: there is no such route any more"
    )


def test_the_table_knows_what_stands_in_every_path() -> None:
    parts = {part for route in ROUTES for part in re.findall(r"{(\w+)}", route)}

    assert parts == set(NAMES), f"NAMES in {TABLE} must say what stands for each part of a path"


class World:
    """The owner, what they have, and everybody who would like to have it too."""

    def __init__(self, api: Api, film: bytes) -> None:
        self.api, self.owner = api, api.someone(credits=1000)
        self.email = f"{new_id()}@example.org"
        make_user(email=self.email)
        self.people = {
            "other": api.someone(credits=1000).id,
            "owner": self.owner.id,
            "operator": make_user(email=OPERATOR, credits=1000),
        }
        db.run(operators.vouch_for, email=OPERATOR)
        self.film = film
        self.order = db.run(add_held_order, self.owner.id)
        self.event = db.run(add_event)
        self.avatar = asyncio.run(avatars.put_up(user_id=make_user(), content=encoded()))

    def names(self) -> dict[str, str]:
        """Say what the owner has; what a call may end is new for each."""
        token = db.run(sessions.begin, user_id=self.owner.id)
        return {
            "video": self._new_video(),
            "picture": asyncio.run(_add_picture(self.owner.id)),
            "avatar": self.avatar,
            "feedback": db.run(add_feedback, self.owner.id),
            "moment": "1",
            "order": self.order,
            "event": self.event,
            "email": self.email,
            "third": make_user(),
            "fresh": f"{new_id()}@example.org",
            "session": sessions.name_of(token)[:32],
            "nonsense": "x",
        }

    def _new_video(self) -> str:
        video = self.api.keep_film(self.owner, self.film)
        preview = update(Video).where(col(Video.id) == video).values(preview_key=f"videos/{video}.mp4")
        db.run(lambda session: session.exec(preview))
        return video

    def call(self, name: str, route: Route, role: Role) -> int:
        """Call a route as this person, with a session of its own, and give the status."""
        user_id = self.people.get(role)
        browser = self.api.browser(db.run(sessions.begin, user_id=user_id) if user_id else None)
        method, _, path = name.partition(" ")
        names = self.names()
        placed = re.sub(r"{(\w+)}", lambda part: names[NAMES[part[1]]], path)
        body = None if route.body is None else filled(route.body, names)
        return browser.request(method, f"{placed}{filled(route.query, names)}", json=body).status_code


async def _add_picture(user_id: str) -> str:
    picture = await pictures.add(user_id=user_id, content=encoded())
    return picture.id


@pytest.fixture(scope="module")
def world(
    databases: Databases, shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, film: bytes
) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("who-may")
    with serving(databases.make("sqlite"), shared_sandbox, folder, admin_emails=OPERATOR) as api:
        yield World(api, film)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_answers_each_as_it_should(world: World, name: str) -> None:
    route = ROUTES[name]

    answered = {role: world.call(name, route, role) for role in ROLES}

    assert answered == {role: getattr(route, role) for role in ROLES}
