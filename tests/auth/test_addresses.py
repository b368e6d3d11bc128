"""An account's address: proving it, and changing it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.auth import addresses, local, operators, passwords, sessions
from cuttingasmr.auth.addresses import SameAddress, Standing
from cuttingasmr.errors import (
    Conflict,
    EmailTaken,
    KeptByClerk,
    LinkOver,
    NotFound,
    SignInRequired,
    TooManyRequests,
    WrongCredentials,
    WrongPassword,
)
from cuttingasmr.letters import links, sending
from cuttingasmr.models import MailedLink, Purpose, User
from cuttingasmr.models.columns import new_id
from tests.support.binding import bind
from tests.support.mailed import PASSWORD, age_links, delivered, lines, make_account, stored
from tests.support.smtp import PostOffice

HERE = "192.0.2.1"
OLD, NEW = "ada@example.org", "ada@new.example"


async def sign_up(email: str = OLD) -> User:
    return (await local.sign_up(email=email, password=PASSWORD))[0]


async def ask_to_change(user: User, email: object = NEW, password: object = PASSWORD) -> str:
    return await addresses.ask_to_change(user=user, email=email, password=password, address=HERE)


def standing(user: User) -> Standing:
    token = db.run(sessions.begin, user_id=user.id)
    found = db.look(addresses.standing, token=token)
    assert found is not None
    return found


@pytest.mark.usefixtures("database")
async def test_who_signs_up_gets_a_letter_and_confirms_by_it_where_they_are_signed_in(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await sign_up()
    monkeypatch.setattr("cuttingasmr.auth.operators._named", lambda: {OLD})
    assert standing(ada) == Standing(
        "here", has_password=True, is_confirmed=False, wants_confirming=True, waiting=""
    )
    assert not operators.is_operator(stored(ada))
    token = (await delivered(office, OLD)).token

    with live.listening(ada.id) as tab:
        confirmed = await addresses.confirm(token=token, asker=ada)
        assert await tab.wait(5)

    assert (confirmed.email, confirmed.is_new) == (OLD, False)
    assert standing(ada) == Standing(
        "here", has_password=True, is_confirmed=True, wants_confirming=False, waiting=""
    )
    assert operators.is_operator(stored(ada))
    assert lines() == ["user.signed-up", "user.confirmed-email"]
    with pytest.raises(LinkOver):
        await addresses.confirm(token=token, asker=ada)
    assert not await addresses.ask_to_confirm(user=stored(ada), address=HERE)


async def test_who_owns_an_address_cannot_be_made_to_confirm_the_account_of_whoever_signed_up_with_it(
    database: str, office: PostOffice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Eve signs up with the address of somebody who is to run the site, who then opens the letter about it."""
    bind(monkeypatch, tmp_path, database_url=database, admin_emails=OLD)
    eves, session_of_eve = await local.sign_up(email=OLD, password=PASSWORD)
    boss = make_account("boss@example.org")
    token = (await delivered(office, OLD)).token

    for asker, refusal in ((None, SignInRequired), (boss, NotFound)):
        with pytest.raises(refusal):
            await addresses.confirm(token=token, asker=asker)
    assert stored(eves).email_verified_at is None
    assert not operators.is_operator(await sessions.who(session_of_eve))
    assert lines() == ["user.signed-up"]

    await passwords.ask_for_reset(email=OLD, address=HERE)  # the way that is theirs
    await passwords.reset(token=(await delivered(office, OLD)).token, password="another fine password")

    assert operators.is_operator(stored(eves))
    with pytest.raises(SignInRequired):
        await sessions.who(session_of_eve)
    with pytest.raises(WrongCredentials):
        await local.sign_in(email=OLD, password=PASSWORD)
    with pytest.raises(LinkOver):
        await addresses.confirm(token=token, asker=eves)


@pytest.mark.usefixtures("embedded")
async def test_a_letter_can_be_had_again_a_few_times_and_the_last_link_is_the_good_one(
    office: PostOffice,
) -> None:
    ada = await sign_up()
    first = (await delivered(office, OLD)).token
    for _ in range(5):
        assert await addresses.ask_to_confirm(user=ada, address=HERE)
    with pytest.raises(TooManyRequests):
        await addresses.ask_to_confirm(user=ada, address=HERE)

    last = (await delivered(office, OLD)).token

    with pytest.raises(LinkOver):
        await addresses.confirm(token=first, asker=ada)
    await addresses.confirm(token=last, asker=ada)


@pytest.mark.usefixtures("embedded")
async def test_a_link_to_confirm_is_over_after_a_day(office: PostOffice) -> None:
    ada = await sign_up()
    token = (await delivered(office, OLD)).token
    age_links(timedelta(hours=24, seconds=1))

    with pytest.raises(LinkOver):
        await addresses.confirm(token=token, asker=ada)


@pytest.mark.usefixtures("database")
async def test_a_new_address_counts_once_it_is_confirmed_and_the_old_one_hears_of_it(
    office: PostOffice,
) -> None:
    ada = make_account(OLD, email_verified_at=db.utc_now())
    assert await ask_to_change(ada, " Ada@NEW.example ") == NEW
    assert stored(ada).email == OLD
    assert standing(ada).waiting == NEW
    letter = await delivered(office, NEW)
    assert [it.subject for it in office.to(OLD)] == ["Somebody wants to change the address of your account"]
    assert NEW not in office.to(OLD)[0].text

    confirmed = await addresses.confirm(token=letter.token, asker=ada)

    assert (confirmed.email, confirmed.is_new) == (NEW, True)
    assert stored(ada).email == NEW
    assert stored(ada).email_verified_at is not None
    assert (await local.sign_in(email=NEW, password=PASSWORD))[0].id == ada.id
    assert (await delivered(office, OLD)).subject == "The address of your account was changed"
    assert lines() == ["user.asked-to-change-email", "user.changed-email"]


@pytest.mark.usefixtures("embedded")
async def test_nobody_else_can_confirm_a_new_address_not_even_its_owner(office: PostOffice) -> None:
    ada, eve = make_account(OLD), make_account("eve@example.org")
    await ask_to_change(ada)
    token = (await delivered(office, NEW)).token

    with pytest.raises(SignInRequired):
        await addresses.confirm(token=token, asker=None)
    with pytest.raises(NotFound):
        await addresses.confirm(token=token, asker=eve)

    assert stored(ada).email == OLD
    assert (await addresses.confirm(token=token, asker=ada)).is_new  # the link is as good as before


@pytest.mark.usefixtures("database")
async def test_a_taken_address_is_told_to_its_owner_alone(office: PostOffice) -> None:
    ada, bob = make_account(OLD), make_account("bob@example.org")

    told = [await ask_to_change(ada, email) for email in ("bob@example.org", NEW)]
    waits = standing(ada).waiting
    await sending.send_due()

    assert told == ["bob@example.org", NEW]  # the same for both
    assert waits == NEW
    assert office.to("bob@example.org") == []  # overtaken by the second
    await ask_to_change(ada, "bob@example.org")
    assert standing(ada).waiting == "bob@example.org"
    letter = await delivered(office, "bob@example.org")
    assert letter.subject == "This address has an account already"
    assert "#" not in letter.text
    assert (stored(ada).email, stored(bob).email) == (OLD, "bob@example.org")


@pytest.mark.usefixtures("database")
async def test_of_two_who_want_one_address_the_first_to_confirm_has_it(office: PostOffice) -> None:
    rivals = [make_account(f"{number}@example.org") for number in range(2)]
    tokens: list[str] = []
    for rival in rivals:
        await ask_to_change(rival)
        tokens.append((await delivered(office, NEW)).token)

    outcomes = await asyncio.gather(
        *(addresses.confirm(token=token, asker=rival) for token, rival in zip(tokens, rivals, strict=True)),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Confirmed", "LinkOver"]
    assert sorted(stored(rival).email == NEW for rival in rivals) == [False, True]


@pytest.mark.usefixtures("embedded")
async def test_a_change_can_be_stopped_by_its_owner_and_by_a_new_password(office: PostOffice) -> None:
    ada = make_account(OLD)
    await ask_to_change(ada)
    stopped = (await delivered(office, NEW)).token
    await addresses.stop_change(user=ada)
    await ask_to_change(ada)
    void = (await delivered(office, NEW)).token
    await passwords.change(user=ada, present=PASSWORD, new="another fine password", token=None)

    assert standing(ada).waiting == ""
    for token in (stopped, void):
        with pytest.raises(LinkOver):
            await addresses.confirm(token=token, asker=ada)


@pytest.mark.usefixtures("embedded", "office")
async def test_a_change_of_address_takes_the_password_and_another_address() -> None:
    ada = make_account(OLD)

    with pytest.raises(WrongPassword):
        await ask_to_change(ada, password="a guess of somebody")
    with pytest.raises(SameAddress):
        await ask_to_change(ada, "ADA@example.org")

    assert standing(ada).waiting == ""
    assert await sending.send_due() == 0


@pytest.mark.usefixtures("embedded", "office")
async def test_clerks_people_and_demo_accounts_have_nothing_to_change_or_confirm_here() -> None:
    theirs = make_account(OLD, clerk_id="user_1", email_verified_at=db.utc_now())
    demo = make_account("demo-1@demo.invalid", is_demo=True, password_hash=None)
    for user in (theirs, demo):
        with pytest.raises(KeptByClerk):
            await ask_to_change(user)

    assert (standing(theirs).keeper, standing(demo).keeper) == ("clerk", "nobody")
    assert (standing(theirs).has_password, standing(demo).has_password) == (True, False)
    assert not standing(demo).wants_confirming
    with pytest.raises(Conflict):
        await addresses.ask_to_confirm(user=demo, address=HERE)


@pytest.mark.usefixtures("database", "office")
async def test_other_peoples_case_gives_no_second_account_and_look_alikes_are_others_with_nothing_proved() -> (
    None
):
    ada = await sign_up("Ada@Example.org")
    await sending.send_due()
    for same in ("ada@example.org", "ADA@EXAMPLE.ORG", "ada@\uff45xample.org"):
        with pytest.raises(EmailTaken):
            await sign_up(same)

    others = [await sign_up(email) for email in ("ada+videos@example.org", "\u0430da@example.org")]

    assert len({ada.id, *(other.id for other in others)}) == 3
    assert all(stored(other).email_verified_at is None for other in others)


@pytest.mark.usefixtures("embedded")
async def test_a_letter_to_an_address_beyond_ascii_goes_where_it_should(office: PostOffice) -> None:
    await sign_up("zoë@bücher.example")

    await sending.send_due()

    (letter,) = office.letters
    assert letter.to == "zoë@xn--bcher-kva.example"
    assert letter.message["To"] == "zoë@xn--bcher-kva.example"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "use", "age", "void"]),
        st.sampled_from(list(Purpose)),
        st.integers(min_value=0, max_value=4),
    ),
    min_size=1,
    max_size=25,
)
NAMED = {
    Purpose.CONFIRM: timedelta(hours=24),
    Purpose.RESET: timedelta(hours=1),
    Purpose.CHANGE: timedelta(hours=24),
}


@pytest.mark.usefixtures("embedded")
def test_a_link_is_good_for_its_purpose_once_until_it_is_old_or_overtaken() -> None:
    """Whatever is done in whichever order: of each purpose one link is good at most, and it is the one that the model says."""

    @settings(max_examples=60, deadline=None)
    @given(steps=STEPS)
    def holds(steps: list[tuple[str, Purpose, int]]) -> None:
        user_id = make_account(f"{new_id()}@example.org").id
        mailed: list[tuple[Purpose, str]] = []
        good: dict[Purpose, tuple[str, timedelta]] = {}
        for what, purpose, which in steps:
            match what:
                case "ask":
                    seed = links.new_seed()
                    db.run(links.issue, user_id=user_id, purpose=purpose, address="a@example.org", seed=seed)
                    mailed.append((purpose, links.token_of(seed)))
                    good[purpose] = (links.token_of(seed), NAMED[purpose])
                case "use" if mailed:
                    _, token = mailed[-1 - which % len(mailed)]
                    is_good = good.get(purpose, ("", None))[0] == token
                    assert db.run(use, token=token, purpose=purpose) is is_good
                    if is_good:
                        del good[purpose]
                case "age":
                    age_links(timedelta(minutes=31))
                    left = {
                        kind: (token, life - timedelta(minutes=31)) for kind, (token, life) in good.items()
                    }
                    good = {kind: kept for kind, kept in left.items() if kept[1] > timedelta(0)}
                case "void":
                    db.run(links.void, user_id, purpose)
                    good.pop(purpose, None)
                case _:
                    pass
        assert db.look(living, user_id=user_id) == set(good)

    holds()


def use(session: Session, *, token: str, purpose: Purpose) -> bool:
    link = links.find(session, token=token, purposes=(purpose,))
    return link is not None and links.use(session, link)


def living(session: Session, *, user_id: str) -> set[Purpose]:
    mine = (col(MailedLink.user_id) == user_id, col(MailedLink.expires_at) > db.utc_now())
    return {Purpose(link.purpose) for link in session.exec(select(MailedLink).where(*mine))}
