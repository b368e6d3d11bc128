"""Limits on attempts: a guesser's budget, in every process's own memory or in Redis for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from limits.aio.storage import RedisStorage

from cuttingasmr import rate_limits
from cuttingasmr.auth import attempts
from cuttingasmr.errors import TooManyRequests
from tests.support.binding import bind, let_go
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer


@pytest.fixture(autouse=True)
async def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[None]:
    bind(monkeypatch, tmp_path, redis_url="")
    yield
    await hang_up()
    let_go()


async def hang_up() -> None:
    """Close the line to Redis, which belongs to this test's event loop."""
    storage = rate_limits._limiter().storage
    if isinstance(storage, RedisStorage):
        await storage.bridge.storage.aclose()  # pyright: ignore[reportAttributeAccessIssue] - the bridge of redis-py


async def sign_in(times: int, email: str = "ada@example.org", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        await attempts.count_sign_in(email, address)


async def test_ten_tries_on_an_account_are_let_through_and_the_next_one_says_how_long_to_wait() -> None:
    await sign_in(10)

    with pytest.raises(TooManyRequests) as told:
        await sign_in(1)

    assert 0 < int(str(told.value.facts["retryAfter"])) <= 15 * 60


async def test_an_account_has_one_budget_wherever_the_tries_come_from() -> None:
    for number in range(10):
        await sign_in(1, address=f"10.0.0.{number}")

    with pytest.raises(TooManyRequests):
        await sign_in(1, address="10.0.0.99")


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(" ADA@Bücher.EXAMPLE ", id="case and spaces"),
        pytest.param("ada@xn--bcher-kva.example", id="the domain in ASCII"),
        pytest.param("ada@\uff42ücher.example", id="a wide letter"),
    ],
)
async def test_every_spelling_of_an_address_spends_the_same_budget(spelling: str) -> None:
    await sign_in(10, "ada@bücher.example")

    with pytest.raises(TooManyRequests):
        await sign_in(1, spelling)


async def test_other_accounts_have_budgets_of_their_own() -> None:
    await sign_in(10)

    await sign_in(10, "bob@example.org")


async def test_an_address_has_a_budget_over_all_accounts() -> None:
    for number in range(60):
        await sign_in(1, f"{number}@example.org")

    with pytest.raises(TooManyRequests):
        await sign_in(1, "another@example.org")
    await sign_in(1, "another@example.org", address="10.0.0.2")


async def test_sign_ups_of_an_address_are_limited() -> None:
    for _ in range(20):
        await attempts.count_sign_up("10.0.0.1")

    with pytest.raises(TooManyRequests) as told:
        await attempts.count_sign_up("10.0.0.1")

    assert 0 < int(str(told.value.facts["retryAfter"])) <= 60
    await attempts.count_sign_up("10.0.0.2")


async def test_a_mailbox_gets_five_letters_an_hour_whatever_stands_behind_a_plus() -> None:
    for number in range(3):
        await attempts.count_sign_up("10.0.0.1", f"ada+{number}@example.org")
    await attempts.count_letter("ada@example.org", "10.0.0.2")
    await attempts.count_letter("ada+more@example.org", "10.0.0.3")

    with pytest.raises(TooManyRequests, match="many letters to one address"):
        await attempts.count_sign_up("10.0.0.4", "Ada+5@example.org")
    with pytest.raises(TooManyRequests):
        await attempts.count_letter("ada@example.org", "10.0.0.5")
    await attempts.count_sign_up("10.0.0.4", "adam@example.org")


async def test_who_develops_opens_as_many_as_they_like() -> None:
    for _ in range(60):
        await rate_limits.spend(rate_limits.SIGN_UP_DAY, "10.0.0.1")


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("", id="empty"),
        pytest.param("\ud800", id="half a character"),
        pytest.param("x" * 10_000, id="10 KB"),
    ],
)
async def test_what_is_no_address_is_counted_too(email: str) -> None:
    await sign_in(10, email)

    with pytest.raises(TooManyRequests):
        await sign_in(1, email)


async def test_with_redis_all_processes_count_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_server: RedisServer
) -> None:
    bind(monkeypatch, tmp_path, redis_url=redis_server.url)
    await sign_in(10, "together@example.org")

    await hang_up()
    let_go()  # as another process: nothing is remembered here

    with pytest.raises(TooManyRequests):
        await sign_in(1, "together@example.org")


async def test_while_redis_is_away_people_can_sign_in_and_each_process_counts_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bind(monkeypatch, tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0")

    await sign_in(10)

    with pytest.raises(TooManyRequests):
        await sign_in(1)
