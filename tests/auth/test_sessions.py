"""Sessions: a cookie that nobody can guess, of which only the hash is kept, and which ends when its row does."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.auth import sessions
from cuttingasmr.auth.sessions import COOKIE, LIFE, RENEW_AFTER, TOKEN
from cuttingasmr.errors import SignInRequired
from cuttingasmr.models import SessionRow, User
from tests.support.people import make_user


def rows(session: Session) -> list[SessionRow]:
    return list(session.exec(select(SessionRow)))


def turn_back(by: timedelta) -> None:
    """Let so much time pass for every session."""
    (row,) = db.look(rows)
    earlier = {"last_seen_at": row.last_seen_at - by, "expires_at": row.expires_at - by}
    db.run(lambda session: session.exec(update(SessionRow).values(**earlier)))


@pytest.mark.usefixtures("database")
async def test_a_session_tells_who_is_asking() -> None:
    user = make_user()

    token = db.run(sessions.begin, user_id=user, user_agent="A browser")

    assert TOKEN.fullmatch(token)
    assert (await sessions.who(token)).id == user


@pytest.mark.usefixtures("database")
def test_only_the_hash_of_a_token_is_kept_and_a_long_agent_is_cut() -> None:
    token = db.run(sessions.begin, user_id=make_user(), user_agent="x" * 10_000)

    (row,) = db.look(rows)

    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in repr(row)
    assert len(row.user_agent) == 200


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "token",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param(secrets.token_urlsafe(32), id="forged"),
        pytest.param(secrets.token_urlsafe(31), id="too short"),
        pytest.param("x" * 10_000, id="too long"),
        pytest.param("\0" * 43, id="NULs"),
        pytest.param("é" * 43, id="letters that are none of ours"),
        pytest.param("' OR 1=1 --", id="SQL"),
    ],
)
async def test_a_token_that_is_none_is_nobody(token: str | None) -> None:
    db.run(sessions.begin, user_id=make_user())

    assert db.look(sessions.find, token=token) is None
    with pytest.raises(SignInRequired):
        await sessions.who(token)


@pytest.mark.usefixtures("database")
def test_a_stolen_hash_opens_nothing() -> None:
    db.run(sessions.begin, user_id=make_user())
    (row,) = db.look(rows)

    assert db.look(sessions.find, token=row.token_hash) is None
    assert db.look(sessions.find, token=row.token_hash[:43]) is None


@pytest.mark.usefixtures("database")
def test_a_token_with_one_letter_changed_is_nobody() -> None:
    token = db.run(sessions.begin, user_id=make_user())

    assert db.look(sessions.find, token=token[:-1] + ("A" if token[-1] != "A" else "B")) is None


@pytest.mark.usefixtures("database")
def test_an_expired_session_is_nobody() -> None:
    token = db.run(sessions.begin, user_id=make_user())
    turn_back(LIFE - timedelta(seconds=5))
    assert db.look(sessions.find, token=token)

    turn_back(timedelta(seconds=10))

    assert db.look(sessions.find, token=token) is None


@pytest.mark.usefixtures("database")
def test_a_ban_ends_every_session_at_once() -> None:
    user = make_user()
    tokens = [db.run(sessions.begin, user_id=user) for _ in range(2)]

    db.run(lambda session: session.exec(update(User).where(col(User.id) == user).values(is_banned=True)))

    assert [db.look(sessions.find, token=token) for token in tokens] == [None, None]


@pytest.mark.usefixtures("database")
def test_ending_a_session_ends_that_one_and_ending_it_again_is_no_error() -> None:
    user = make_user()
    one, other = (db.run(sessions.begin, user_id=user) for _ in range(2))

    for _ in range(2):
        db.run(sessions.end, token=one)
    db.run(sessions.end, token=None)

    assert db.look(sessions.find, token=one) is None
    assert db.look(sessions.find, token=other)


@pytest.mark.usefixtures("database")
async def test_a_session_lives_on_from_its_use_written_down_once_an_hour_at_most() -> None:
    token = db.run(sessions.begin, user_id=make_user())
    turn_back(RENEW_AFTER - timedelta(seconds=30))
    assert not await sessions.keep_alive(token)
    (before,) = db.look(rows)

    turn_back(timedelta(seconds=60))
    assert await sessions.keep_alive(token)

    (after,) = db.look(rows)
    assert after.expires_at > before.expires_at
    assert abs(after.expires_at - db.utc_now() - LIFE) < timedelta(seconds=10)
    assert not await sessions.keep_alive(token)


@pytest.mark.usefixtures("database")
async def test_what_is_no_session_is_not_kept_alive() -> None:
    assert not await sessions.keep_alive("forged")


@pytest.mark.parametrize(
    ("header", "token"),
    [
        pytest.param(f"{COOKIE}=abc", "abc", id="alone"),
        pytest.param(f"a=b; {COOKIE}=abc; c=d", "abc", id="among others"),
        pytest.param("", None, id="none"),
        pytest.param("a=b", None, id="others"),
        pytest.param(f"x{COOKIE}=abc", None, id="another name"),
        pytest.param(f"{COOKIE}", None, id="no value"),
        pytest.param(";;;=;", None, id="nonsense"),
    ],
)
def test_our_cookie_is_found_in_a_header(header: str, token: str | None) -> None:
    assert sessions.token_in(header) == token


@given(st.text())
def test_no_header_at_all_makes_the_search_fail(header: str) -> None:
    found = sessions.token_in(header)

    assert found is None or isinstance(found, str)
