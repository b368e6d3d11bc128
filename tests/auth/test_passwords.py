"""New passwords: by a mailed link, and by the present one."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.auth import addresses, local, passwords, sessions
from cuttingasmr.errors import (
    InvalidEmail,
    InvalidPassword,
    KeptByClerk,
    LinkOver,
    NotFound,
    SignInRequired,
    TooManyRequests,
    WrongCredentials,
    WrongPassword,
)
from cuttingasmr.letters import sending
from cuttingasmr.models import ClerkState, Letter, User
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.mailed import (
    OTHER,
    PASSWORD,
    age_links,
    delivered,
    lines,
    make_account,
    sessions_of,
    stored,
)
from tests.support.smtp import PostOffice

HERE = "192.0.2.1"
ADDRESS = "ada@example.org"


async def token_for(office: PostOffice, email: str = ADDRESS) -> str:
    await passwords.ask_for_reset(email=email, address=HERE)
    return (await delivered(office, email)).token


def begin(user: User) -> str:
    return db.run(sessions.begin, user_id=user.id)


@pytest.mark.usefixtures("database")
async def test_a_forgotten_password_is_replaced_and_everybody_is_out(office: PostOffice) -> None:
    ada = make_account()
    thief = begin(ada)
    await passwords.ask_for_reset(email="  ADA@Example.org ", address=HERE)
    token = (await delivered(office, ADDRESS)).token
    with live.listening(ada.id) as tab:
        await passwords.reset(token=token, password=OTHER)
        assert await tab.wait(5)

    with pytest.raises(SignInRequired):
        await sessions.who(thief)
    with pytest.raises(WrongCredentials):
        await local.sign_in(email=ADDRESS, password=PASSWORD)
    assert (await local.sign_in(email=ADDRESS, password=OTHER))[0].id == ada.id
    assert stored(ada).email_verified_at is not None  # the letter has reached them
    assert lines() == ["user.reset-password"]
    assert (await delivered(office, ADDRESS)).subject == "Your password was changed"


@pytest.mark.usefixtures("database")
async def test_a_link_sets_a_password_once(office: PostOffice) -> None:
    make_account()
    token = await token_for(office)
    outcomes = await asyncio.gather(
        *(passwords.reset(token=token, password=f"{OTHER} {number}") for number in range(4)),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LinkOver"] * 3 + ["NoneType"]
    with pytest.raises(LinkOver):
        await passwords.reset(token=token, password=OTHER)


@pytest.mark.usefixtures("database")
async def test_a_newer_link_takes_the_place_of_an_older_one(office: PostOffice) -> None:
    make_account()
    older, newer = await token_for(office), await token_for(office)

    with pytest.raises(LinkOver):
        await passwords.reset(token=older, password=OTHER)
    await passwords.reset(token=newer, password=OTHER)


@pytest.mark.usefixtures("embedded")
async def test_a_link_is_over_after_an_hour(office: PostOffice) -> None:
    ada = make_account()
    token = await token_for(office)
    age_links(timedelta(minutes=61))

    with pytest.raises(LinkOver):
        await passwords.reset(token=token, password=OTHER)

    assert stored(ada).password_hash == ada.password_hash


@pytest.mark.usefixtures("embedded")
async def test_a_password_that_does_not_do_leaves_the_link_as_it_is(office: PostOffice) -> None:
    make_account()
    token = await token_for(office)

    with pytest.raises(InvalidPassword):
        await passwords.reset(token=token, password="short")

    await passwords.reset(token=token, password=OTHER)


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 10_000, "ä" * 43, "\0" * 43])
async def test_what_is_no_token_opens_nothing(token: str) -> None:
    with pytest.raises(LinkOver):
        await passwords.reset(token=token, password=OTHER)


@pytest.mark.usefixtures("embedded")
async def test_the_link_of_another_purpose_sets_no_password(office: PostOffice) -> None:
    ada = make_account()
    await addresses.ask_to_confirm(user=ada, address=HERE)
    confirming = (await delivered(office, ADDRESS)).token

    with pytest.raises(LinkOver):
        await passwords.reset(token=confirming, password=OTHER)
    with pytest.raises(LinkOver):
        await addresses.confirm(token=await token_for(office), asker=ada)


@pytest.mark.usefixtures("embedded")
async def test_a_link_opens_nothing_once_the_address_is_another_one(office: PostOffice) -> None:
    ada = make_account()
    token = await token_for(office)
    db.run(lambda session: setattr(session.get_one(User, ada.id), "email", "new@example.org"))

    with pytest.raises(LinkOver):
        await passwords.reset(token=token, password=OTHER)


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"is_banned": True}, id="banned"),
        pytest.param({"clerk_id": "user_1", "clerk_state": ClerkState.BLOCKED}, id="blocked at Clerk"),
        pytest.param({"email": "demo-1@demo.invalid", "is_demo": True, "password_hash": None}, id="demo"),
        pytest.param({"email": "bob@example.org"}, id="nobody"),
    ],
)
async def test_who_may_not_come_in_gets_no_letter_and_nothing_is_kept_of_the_question(
    office: PostOffice, facts: dict[str, Any]
) -> None:
    make_account(**{"email": ADDRESS, **facts})

    await passwords.ask_for_reset(email=ADDRESS, address=HERE)

    assert await sending.send_due() == 0
    assert office.letters == []
    assert db.look(_letters) == []


@pytest.mark.usefixtures("embedded")
async def test_somebody_of_clerks_is_told_that_there_is_no_password(office: PostOffice) -> None:
    make_account(clerk_id="user_1", password_hash=None)

    await passwords.ask_for_reset(email=ADDRESS, address=HERE)

    letter = await delivered(office, ADDRESS)
    assert letter.subject == "Your account has no password"
    assert "#" not in letter.text


@pytest.mark.usefixtures("embedded", "office")
async def test_asking_for_an_address_of_nobodys_writes_as_much_and_says_the_same() -> None:
    make_account()
    answers: list[object] = []
    written: list[list[dict[str, object]]] = []
    for email in (ADDRESS, "nobody@example.org"):
        answers.append(await passwords.ask_for_reset(email=email, address=HERE))
        written.append(db.look(_letters))

    known, unknown = written[1]
    assert answers == [None, None]
    assert known.keys() == unknown.keys()
    assert {name for name in known if known[name] != unknown[name]} == {
        "id", "to_address", "seed", "due_at", "created_at", "expires_at",
    }  # fmt: skip
    assert known["user_id"] is None
    with pytest.raises(InvalidEmail):
        await passwords.ask_for_reset(email="no address", address=HERE)


@pytest.mark.usefixtures("embedded", "office")
async def test_only_so_many_letters_go_to_one_address_whoevers_it_is() -> None:
    make_account()
    for email in (ADDRESS, "nobody@example.org"):
        for _ in range(5):
            await passwords.ask_for_reset(email=email.upper(), address=HERE)
        with pytest.raises(TooManyRequests, match="many letters to one address"):
            await passwords.ask_for_reset(email=email, address="192.0.2.2")


@pytest.mark.usefixtures("embedded", "office")
async def test_only_so_many_letters_are_asked_for_from_one_place() -> None:
    for number in range(30):
        await passwords.ask_for_reset(email=f"{number}@example.org", address=HERE)

    with pytest.raises(TooManyRequests, match="many letters from one place"):
        await passwords.ask_for_reset(email="one.more@example.org", address=HERE)
    await passwords.ask_for_reset(email="one.more@example.org", address="192.0.2.2")


@pytest.mark.usefixtures("database")
async def test_a_changed_password_keeps_this_session_and_ends_the_others(office: PostOffice) -> None:
    ada = make_account(email_verified_at=db.utc_now())
    here, there = begin(ada), begin(ada)
    pending = await token_for(office)

    await passwords.change(user=ada, present=PASSWORD, new=OTHER, token=here)

    assert (await sessions.who(here)).id == ada.id
    with pytest.raises(SignInRequired):
        await sessions.who(there)
    with pytest.raises(LinkOver):  # who asked for it may have been somebody else
        await passwords.reset(token=pending, password=PASSWORD)
    assert (await delivered(office, ADDRESS)).subject == "Your password was changed"
    assert (await local.sign_in(email=ADDRESS, password=OTHER))[0].id == ada.id


@pytest.mark.usefixtures("database")
async def test_nobody_hears_of_an_account_that_a_stranger_has_opened_with_their_address(
    office: PostOffice,
) -> None:
    eve = make_account(ADDRESS)
    await passwords.change(user=eve, present=PASSWORD, new=OTHER, token=None)
    await addresses.ask_to_change(user=stored(eve), email="eve@new.example", password=OTHER, address=HERE)
    token = (await delivered(office, "eve@new.example")).token
    await addresses.confirm(token=token, asker=stored(eve))

    await sending.send_due()

    assert [letter.to for letter in office.letters] == ["eve@new.example"]


@pytest.mark.usefixtures("embedded", "office")
async def test_a_session_alone_changes_no_password_however_often_it_guesses() -> None:
    ada = make_account()
    for guess in ["", "short", None, *(f"a guess {number}" for number in range(7))]:
        with pytest.raises(WrongPassword):
            await passwords.change(user=ada, present=guess, new=OTHER, token=None)

    with pytest.raises(TooManyRequests):
        await passwords.change(user=ada, present=PASSWORD, new=OTHER, token=None)
    assert stored(ada).password_hash == ada.password_hash


@pytest.mark.usefixtures("embedded", "office")
@pytest.mark.parametrize("facts", [{"clerk_id": "user_1"}, {"is_demo": True}])
async def test_who_has_no_password_here_changes_none(facts: dict[str, Any]) -> None:
    ada = make_account(password_hash=None, **facts)

    with pytest.raises(KeptByClerk):
        await passwords.change(user=ada, present=PASSWORD, new=OTHER, token=None)


@pytest.mark.usefixtures("database")
async def test_signing_in_with_the_old_password_while_it_is_changed_leaves_no_session(
    office: PostOffice,
) -> None:
    ada = make_account()
    token = await token_for(office)

    async def sign_in() -> None:
        with contextlib.suppress(WrongCredentials):
            await local.sign_in(email=ADDRESS, password=PASSWORD)

    for _ in range(2):
        await asyncio.gather(sign_in(), passwords.reset(token=token, password=OTHER), sign_in())
        assert sessions_of(ada) == 0
        await passwords.change(user=stored(ada), present=OTHER, new=PASSWORD, token=None)
        token = await token_for(office)


async def test_a_site_that_sends_no_letters_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, databases: Databases
) -> None:
    production = dict.fromkeys(("creem_api_key", "creem_webhook_secret", "redis_url", "veo3_api_keys"), "x")
    production |= {f"creem_product_{name}": "x" for name in ("starter", "standard", "premium")}
    clerk = {
        "clerk_publishable_key": "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
        "clerk_secret_key": "sk_live_x",
        "clerk_webhook_signing_secret": "whsec_x",
    }
    here = {"app_url": "https://a.example", "storage_url": tmp_path.as_uri(), "app_env": "production"}
    bind(monkeypatch, tmp_path, **production, **clerk, **here, database_url=databases.make("sqlite"))

    with pytest.raises(NotFound, match="Clerk"):
        await passwords.ask_for_reset(email=ADDRESS, address=HERE)
    let_go()


def _letters(session: Session) -> list[dict[str, object]]:
    return [row.model_dump() for row in session.exec(select(Letter).order_by(col(Letter.created_at)))]
