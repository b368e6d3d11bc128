"""The rehearsal for testers: it passes on the sandbox, leaves everything as it was, and says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import NotFound
from cuttingasmr.models import User
from cuttingasmr.payments import rehearsal
from cuttingasmr.payments.rehearsal import BY_HAND, FAILED, PASSED, RUNNING, TITLES, Step
from tests.support.api import Api, serving
from tests.support.databases import Databases
from tests.support.people import make_user
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")


@pytest.fixture(params=["sqlite", "postgres"])
def shop(
    request: pytest.FixtureRequest, databases: Databases, sandbox: Sandbox, tmp_path: Path
) -> Iterator[Api]:
    with serving(databases.make(request.param), sandbox, tmp_path) as api:
        sandbox.send_webhooks_to(f"{api.url}/api/webhooks/creem")
        yield api


def somebody() -> User:
    user_id = make_user(credits=18)
    return db.look(lambda session: session.get_one(User, user_id))


async def walk(user: User) -> list[Step]:
    return [step async for step in rehearsal.rehearse(user=user)]


def balance(session: Session, user: User) -> int:
    return ledger.balance(session, user_id=user.id).remaining


@pytest.mark.usefixtures("shop")
async def test_everything_passes_and_the_balance_is_as_it_was() -> None:
    user = somebody()

    steps = await walk(user)

    assert [step.id for step in steps] == [name for name in TITLES for _ in (RUNNING, PASSED)]
    assert {step.state for step in steps} == {RUNNING, PASSED}, [s for s in steps if s.state == FAILED]
    assert db.look(balance, user) == 18
    assert db.look(audit.find_all) == []


async def test_a_step_that_fails_says_why_and_ends_the_walk(
    shop: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cuttingasmr.payments.rehearsal_acts.ARRIVAL_SECONDS", 0.3)
    shop.sandbox.send_webhooks_to("")

    last = (await walk(somebody()))[-1]

    assert (last.id, last.state) == ("fallback", FAILED)
    assert "the order is credited" in last.facts["error"]


@pytest.mark.usefixtures("shop")
async def test_with_a_real_creem_the_tester_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cuttingasmr.payments.rehearsal_acts.get_sandbox_shop", lambda: None)

    over = [step for step in await walk(somebody()) if step.state != RUNNING]

    assert [step.id for step in over if step.state == PASSED] == ["configuration", "signed-in", "advanced"]
    assert {step.state for step in over[3:]} == {BY_HAND}


@pytest.mark.usefixtures("shop")
async def test_in_live_mode_there_is_nothing_to_rehearse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cuttingasmr.settings.Settings.creem_mode", "prod")

    with pytest.raises(NotFound):
        await walk(somebody())
