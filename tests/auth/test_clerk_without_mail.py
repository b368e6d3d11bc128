"""Clerk on a site that can write to nobody: no letter can ever show whose an address is, so Clerk's word has to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cuttingasmr import db
from cuttingasmr.auth import clerk_people, operators
from cuttingasmr.clerk_address import publishable_key
from cuttingasmr.errors import EmailUnconfirmed
from cuttingasmr.models import User
from cuttingasmr.providers.clerk import ClerkUser
from cuttingasmr.settings import CLERK_NEEDS, PRODUCTION_NEEDS
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.mailed import lines, make_account, stored
from tests.support.people import make_user

ADDRESS = "ada@example.org"


@pytest.fixture(params=["sqlite", "postgres"])
def silent(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """A site in production without `SMTP_URL`."""
    needed = {name.lower(): "x" for name in (*PRODUCTION_NEEDS, *CLERK_NEEDS)}
    whole = {
        **needed,
        "admin_emails": ADDRESS,
        "app_env": "production",
        "app_url": "https://asmr.example",
        "clerk_publishable_key": publishable_key("clerk.example.com"),
        "database_url": databases.make(request.param),
        "smtp_url": "",
        "storage_url": tmp_path.as_uri(),
    }
    bind(monkeypatch, tmp_path, **whole)
    yield
    let_go()


def at_clerk(clerk_id: str, email: str, *, updated_at: int = 1) -> ClerkUser:
    address = {"id": "idn_1", "email_address": email, "verification": {"status": "verified"}}
    told = {"id": clerk_id, "primary_email_address_id": "idn_1", "email_addresses": [address]}
    return ClerkUser.model_validate({**told, "updated_at": updated_at})


def admit(clerk_id: str, email: str) -> User:
    return db.run(clerk_people.admit, person=at_clerk(clerk_id, email))


@pytest.mark.usefixtures("silent")
def test_an_unconfirmed_account_gives_its_address_up_to_whom_clerk_has_verified_and_keeps_all_else() -> None:
    eves = make_account(ADDRESS, total_credits=5)

    ada = stored(admit("user_1", ADDRESS))

    assert ada.id != eves.id
    assert (ada.email, operators.is_operator(ada), ada.remaining_credits) == (ADDRESS, True, 18)
    left = stored(eves)
    assert (left.known_email, left.email_verified_at, left.remaining_credits) == ("", None, 5)
    assert (left.clerk_id, left.password_hash, operators.is_operator(left)) == (
        None,
        eves.password_hash,
        False,
    )
    assert lines() == ["user.lost-address", "user.signed-up"]


@pytest.mark.usefixtures("silent")
def test_so_it_does_to_somebody_whose_address_changes_at_clerk() -> None:
    ada = admit("user_1", "other@example.org")
    eves = make_account(ADDRESS)

    kept = db.run(
        lambda session: clerk_people.learn(
            session, session.get_one(User, ada.id), at_clerk("user_1", ADDRESS, updated_at=2)
        )
    )

    assert not kept
    assert (stored(ada).email, stored(eves).known_email) == (ADDRESS, "")


@pytest.mark.usefixtures("silent")
def test_a_confirmed_account_is_joined_all_the_same() -> None:
    mine = make_account(ADDRESS, email_verified_at=db.utc_now())

    assert admit("user_1", ADDRESS).id == mine.id


@pytest.mark.usefixtures("embedded")
def test_where_there_is_mail_the_address_stays_until_its_owner_proves_it() -> None:
    user_id = make_user(email=ADDRESS)

    with pytest.raises(EmailUnconfirmed):
        admit("user_1", ADDRESS)

    assert db.look(lambda session: session.get_one(User, user_id).email) == ADDRESS
