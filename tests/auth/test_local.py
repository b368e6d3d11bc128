"""Accounts with an address and a password, by the functions that the API and the pages call."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.auth import local, sessions
from cuttingasmr.credits import audit
from cuttingasmr.errors import EmailTaken, InvalidEmail, InvalidPassword, NotFound, WrongCredentials
from cuttingasmr.models import AuditEntry, SessionRow, User
from cuttingasmr.settings import PRODUCTION_NEEDS
from tests.support.binding import bind, let_go
from tests.support.databases import Databases

PASSWORD = "correct horse battery"


@pytest.fixture
def sqlite(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    bind(monkeypatch, tmp_path, database_url=databases.make("sqlite"))
    yield
    let_go()


@pytest.fixture
def postgresql(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The stricter of the two about what a text may hold."""
    bind(monkeypatch, tmp_path, database_url=databases.make("postgres"))
    yield
    let_go()


@cache
def hashed() -> str:
    return local._hasher.hash(PASSWORD)


def open_account(session: Session) -> None:
    session.add(User(email="ada@example.org", name="Ada", password_hash=hashed()))


def stored(user_id: str) -> User:
    return db.look(lambda session: session.get_one(User, user_id))


def lines(session: Session) -> list[str]:
    return list(session.exec(select(AuditEntry.action)))


@pytest.mark.usefixtures("database")
async def test_who_signs_up_has_an_account_its_welcome_and_a_session() -> None:
    user, token = await local.sign_up(email="ada@example.org", password=PASSWORD, name=" Ada ")

    assert (user.email, user.name) == ("ada@example.org", "Ada")
    assert stored(user.id).remaining_credits == 18
    assert (await sessions.who(token)).id == user.id
    assert db.look(lines) == ["user.signed-up"]
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
async def test_the_password_is_kept_as_an_argon2_hash_alone() -> None:
    user, _ = await local.sign_up(email="ada@example.org", password=PASSWORD)

    kept = stored(user.id).password_hash
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.usefixtures("database")
async def test_the_same_password_is_kept_differently_each_time() -> None:
    one, _ = await local.sign_up(email="ada@example.org", password=PASSWORD)
    other, _ = await local.sign_up(email="bob@example.org", password=PASSWORD)

    assert stored(one.id).password_hash != stored(other.id).password_hash


@pytest.mark.usefixtures("database")
async def test_a_taken_address_is_refused_and_leaves_nothing() -> None:
    await local.sign_up(email="ada@example.org", password=PASSWORD)

    with pytest.raises(EmailTaken):
        await local.sign_up(email=" ADA@Example.ORG ", password="another password")

    assert db.look(lines) == ["user.signed-up"]
    assert db.look(audit.find_all) == []
    assert len(db.look(lambda session: session.exec(select(SessionRow)).all())) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("ada@example.org", "ada@example.org", id="as it is"),
        pytest.param("  Ada@Example.ORG\n", "ada@example.org", id="case and spaces"),
        pytest.param("ada@BÜCHER.example", "ada@bücher.example", id="an international domain"),
        pytest.param("ada@xn--bcher-kva.example", "ada@bücher.example", id="the same in ASCII"),
        pytest.param("ada@\uff45xample\uff0eorg", "ada@example.org", id="wide letters in the domain"),
        pytest.param("zoe\u0308@example.org", "zoë@example.org", id="a letter of two parts"),
        pytest.param("a+b.c@example.org", "a+b.c@example.org", id="signs"),
    ],
)
def test_an_address_has_one_form(given: str, kept: str) -> None:
    assert local.checked_email(given) == kept
    assert local.checked_email(kept) == kept


def test_a_look_alike_is_another_address() -> None:
    cyrillic = local.checked_email("\u0430da@example.org")

    assert cyrillic != local.checked_email("ada@example.org")


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("", id="empty"),
        pytest.param("ada", id="no domain"),
        pytest.param("@example.org", id="no name"),
        pytest.param("ada@", id="nothing behind the at"),
        pytest.param("ada@localhost", id="no dot"),
        pytest.param("demo-1@demo.invalid", id="as demo accounts have"),
        pytest.param("ada@exa mple.org", id="a space"),
        pytest.param("ada\0@example.org", id="NUL"),
        pytest.param("ada\r\nbcc: x@example.org", id="a header"),
        pytest.param("ada@example.org, bob@example.org", id="two"),
        pytest.param("\u202eada@example.org", id="turned around"),
        pytest.param("\ud800@example.org", id="half a character"),
        pytest.param("a" * 10_000 + "@example.org", id="10 KB"),
        pytest.param("ada@" + "a." * 5000 + "org", id="a domain of 10 KB"),
        pytest.param(None, id="None"),
        pytest.param(["ada@example.org"], id="a list"),
    ],
)
def test_what_is_no_address_is_refused(email: object) -> None:
    with pytest.raises(InvalidEmail):
        local.checked_email(email)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("", id="empty"),
        pytest.param("1234567", id="7 characters"),
        pytest.param("x" * 201, id="201 characters"),
        pytest.param("x" * 10_000, id="10 KB"),
        pytest.param(None, id="None"),
        pytest.param(12345678, id="a number"),
    ],
)
@pytest.mark.usefixtures("sqlite")
async def test_a_password_that_will_not_do_opens_no_account(password: object) -> None:
    with pytest.raises(InvalidPassword):
        await local.sign_up(email="ada@example.org", password=password)

    assert db.look(lines) == []


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize(
    "password",
    [
        pytest.param("12345678", id="8 characters"),
        pytest.param("x" * 200, id="200 characters"),
        pytest.param("pass\0word", id="NUL"),
        pytest.param("пароль 🗝 пароль", id="any language"),
        pytest.param("        ", id="spaces"),
    ],
)
async def test_any_other_password_opens_its_account_and_only_it(password: str) -> None:
    user, _ = await local.sign_up(email="ada@example.org", password=password)

    assert (await local.sign_in(email="Ada@example.org ", password=password))[0].id == user.id
    with pytest.raises(WrongCredentials):
        await local.sign_in(email="ada@example.org", password=password[:-1] + "!")


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("", "ada", id="none: the address's"),
        pytest.param(" \t ", "ada", id="blank"),
        pytest.param("A" * 10_000, "A" * 120, id="10 KB"),
        pytest.param("A\0da", "Ada", id="NUL"),
        pytest.param("\u202eAda", "Ada", id="turned around"),
        pytest.param("A\ud800da", "Ada", id="half a character"),
        pytest.param("Ada\nLovelace", "AdaLovelace", id="two lines"),
        pytest.param("Зоя 🐝", "Зоя 🐝", id="any language"),
        pytest.param(None, "ada", id="None"),
        pytest.param({"a": 1}, "ada", id="an object"),
    ],
)
async def test_a_name_is_kept_as_it_can_be_shown(given: object, kept: str) -> None:
    user, _ = await local.sign_up(email="ada@example.org", password=PASSWORD, name=given)

    assert stored(user.id).name == kept


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param("ada@example.org", "wrong horse battery", id="a wrong password"),
        pytest.param("ada@example.org", "CORRECT HORSE BATTERY", id="another case"),
        pytest.param("ada@example.org", "", id="no password"),
        pytest.param("ada@example.org", None, id="a password that is none"),
        pytest.param("bob@example.org", PASSWORD, id="an unknown address"),
        pytest.param("", PASSWORD, id="no address"),
        pytest.param("no address", "no", id="nothing right"),
        pytest.param("ada@example.org\0", PASSWORD, id="NUL"),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(email: object, password: object) -> None:
    db.run(open_account)

    with pytest.raises(WrongCredentials) as told:
        await local.sign_in(email=email, password=password)

    assert told.value.message == WrongCredentials().message
    assert told.value.facts == {}


@pytest.mark.usefixtures("sqlite")
async def test_who_is_banned_is_told_nothing_else() -> None:
    user, token = await local.sign_up(email="ada@example.org", password=PASSWORD)
    db.run(lambda session: session.get_one(User, user.id).sqlmodel_update({"is_banned": True}))

    with pytest.raises(WrongCredentials):
        await local.sign_in(email="ada@example.org", password=PASSWORD)

    assert db.look(sessions.find, token=token) is None


@pytest.mark.usefixtures("sqlite")
async def test_an_account_without_a_password_takes_none() -> None:
    user, _ = await local.start_demo()

    for password in (PASSWORD, "no password at all"):
        with pytest.raises(WrongCredentials):
            await local.sign_in(email=user.email, password=password)


@pytest.mark.usefixtures("sqlite")
async def test_an_unknown_address_takes_as_long_as_a_wrong_password() -> None:
    db.run(open_account)
    taken: dict[str, list[float]] = {"ada@example.org": [], "bob@example.org": [], "no address": []}

    for _ in range(7):
        for email, times in taken.items():
            began = time.process_time()  # work, not waiting: this machine has other things to do
            with pytest.raises(WrongCredentials):
                await local.sign_in(email=email, password="wrong horse battery")
            times.append(time.process_time() - began)

    known, unknown, none = (statistics.median(times) for times in taken.values())
    assert max(known, unknown, none) / min(known, unknown, none) < 1.5


@pytest.mark.usefixtures("database")
async def test_a_demo_account_is_one_press_away_and_a_new_one_each_time() -> None:
    one, token = await local.start_demo()
    other, _ = await local.start_demo()

    assert one.id != other.id
    assert stored(one.id).is_demo
    assert stored(one.id).remaining_credits == 18
    assert (await sessions.who(token)).id == one.id
    assert db.look(audit.find_all) == []


async def test_there_is_no_demo_in_production(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, databases: Databases
) -> None:
    secrets = {name.lower(): "x" for name in PRODUCTION_NEEDS}
    mail = {"smtp_url": "smtp://mail.example", "mail_from": "us@a.example"}
    whole = {
        **secrets,
        **mail,
        "accounts": "local",
        "app_url": "https://a.example",
        "storage_url": tmp_path.as_uri(),
    }
    bind(monkeypatch, tmp_path, app_env="production", **{**whole, "database_url": databases.make("sqlite")})

    with pytest.raises(NotFound):
        await local.start_demo()

    assert db.look(lambda session: session.exec(select(User).where(col(User.is_demo))).all()) == []
    let_go()
