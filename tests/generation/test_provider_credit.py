"""What is left at the provider, key by key: read, kept, cried out about; and how a retired key comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.errors import Invalid, NotFound
from cuttingasmr.generation import key_desk, key_pool
from cuttingasmr.generation.key_desk import KeyState, KeyView
from cuttingasmr.generation.key_pool import fingerprint
from cuttingasmr.generation.provider_credit import read_credits
from cuttingasmr.models import AuditEntry, ProviderKey, User
from tests.support.api import broken
from tests.support.binding import bind
from tests.support.making import key_row
from tests.support.people import make_user
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")

KEYS = ("good-secret", "poor-secret", "bad-secret")


@pytest.fixture
def with_keys(strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Sandbox]:
    def with_keys(*keys: str) -> Sandbox:
        bind(monkeypatch, tmp_path, veo3_api_base_url=f"{strangers.url}/kie", veo3_api_keys=",".join(keys))
        return strangers

    return with_keys


def shown() -> dict[str, KeyView]:
    return {view.fingerprint: view for view in db.look(key_desk.all_keys)}


def set_key(session: Session, secret: str, *, age: timedelta) -> None:
    row = session.get_one(ProviderKey, fingerprint(secret))
    row.retired_at = db.utc_now() - age
    row.retired_why = "402"


async def test_what_is_left_is_read_for_each_key_and_an_empty_account_cried_out(
    with_keys: Callable[..., Sandbox],
) -> None:
    with_keys(*KEYS)

    with capture_logs() as said:
        await read_credits()

    assert (key_row("good-secret").credits_left or 0) > 1000
    assert (key_row("poor-secret").credits_left, key_row("poor-secret").retired_at) == (0, None)
    assert key_row("bad-secret").retired_why == "401"
    cried = {line["event"]: line["key"] for line in said}
    assert cried == {
        "provider.credit-low": fingerprint("poor-secret"),
        "provider.key-refused": fingerprint("bad-secret"),
    }
    assert not any(secret in repr(said) for secret in KEYS)
    assert [shown()[fingerprint(key)].is_low for key in KEYS] == [False, True, False]


@pytest.mark.parametrize(
    ("age", "is_back"),
    [
        pytest.param(timedelta(minutes=6), True, id="retired some time ago"),
        pytest.param(timedelta(minutes=1), False, id="refused a moment ago"),
    ],
)
async def test_a_retired_key_comes_back_when_its_account_holds_something(
    with_keys: Callable[..., Sandbox], age: timedelta, *, is_back: bool
) -> None:
    with_keys("good-secret")
    await read_credits()
    db.run(set_key, "good-secret", age=age)

    await read_credits()

    assert (key_row("good-secret").retired_at is None) == is_back


async def test_a_credit_that_is_not_told_changes_nothing(with_keys: Callable[..., Sandbox]) -> None:
    sandbox = with_keys("good-secret")
    await read_credits()
    before = key_row("good-secret").model_dump()

    with broken(sandbox, "500", only="credit"):
        await read_credits()

    assert key_row("good-secret").model_dump() == before


async def test_an_operator_brings_a_key_back_with_a_reason_that_is_written_down(
    with_keys: Callable[..., Sandbox],
) -> None:
    with_keys("good-secret")
    await read_credits()
    name = fingerprint("good-secret")
    db.run(key_pool.retire, name=name, why="402")
    user_id = make_user()
    operator = db.look(lambda session: session.get_one(User, user_id))
    assert shown()[name].state is KeyState.RETIRED

    with pytest.raises(Invalid):
        await key_desk.bring_back(operator=operator, fingerprint=name, reason="  ")
    with pytest.raises(NotFound):
        await key_desk.bring_back(operator=operator, fingerprint="nobody's", reason="paid")
    await key_desk.bring_back(operator=operator, fingerprint=name, reason="paid")

    assert (shown()[name].state, shown()[name].why) == (KeyState.USABLE, "")
    lines = db.look(
        lambda session: session.exec(select(AuditEntry).where(col(AuditEntry.subject) == name)).all()
    )
    assert [(line.actor, line.action, line.reason) for line in lines] == [
        (operator.id, "key.brought-back", "paid")
    ]


async def test_a_key_that_was_never_used_is_usable(with_keys: Callable[..., Sandbox]) -> None:
    with_keys("new-secret")

    assert [(view.state, view.creates) for view in shown().values()] == [(KeyState.USABLE, 0)]
