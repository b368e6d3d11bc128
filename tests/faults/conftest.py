"""Sites that outlive the tests that kill them: a start takes longer than most of what is looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from tests.support.databases import Databases
from tests.support.site import Sandbox, Site

MakeLasting = Callable[..., Site]


@pytest.fixture(scope="module")
def make_lasting_site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeLasting]:
    """Start whole sites that stay for all tests of a module: `make_lasting_site("sqlite", WORKER="off")`, one of each kind."""
    sites: dict[str, Site] = {}
    with contextlib.ExitStack() as open_:

        def make(kind: str, **environment: str) -> Site:
            if kind not in sites:
                folder = tmp_path_factory.mktemp(f"lasting-{kind}")
                sandbox = Sandbox(folder).start()
                open_.callback(sandbox.stop)
                sites[kind] = Site(folder, databases.make(kind), sandbox, **environment)
                open_.callback(sites[kind].stop)
                sites[kind].start()
            return whole(sites[kind])

        yield make


def whole(site: Site) -> Site:
    """Mend what a test before may have left broken."""
    for provider in ("kie", "creem"):
        site.sandbox.break_("ok", provider=provider)
    if not site.process.is_running:
        site.start()
    return site


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, make_lasting_site: MakeLasting) -> Site:
    """The whole site, on each kind of database in turn."""
    return make_lasting_site(request.param)
