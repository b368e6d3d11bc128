"""What somebody may be called, and how they may want the site to be."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr import db
from cuttingasmr.auth import clerk_people, profile
from cuttingasmr.auth.profile import InvalidName, InvalidSetting, checked_name
from cuttingasmr.models import User
from cuttingasmr.providers.clerk import ClerkUser
from cuttingasmr.states.visitor import initials_of
from tests.support.people import make_user


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        pytest.param("  Ada \t Lovelace\n", "Ada Lovelace", id="spaces"),
        pytest.param('<b>Ada</b> & "Co"', '<b>Ada</b> & "Co"', id="HTML stays text"),
        pytest.param("👨\u200d👩\u200d👧 Smith", "👨\u200d👩\u200d👧 Smith", id="a family of emoji"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="a Persian word"),  # noqa: RUF001 - it is meant
        pytest.param("עדה לאבלייס", "עדה לאבלייס", id="right to left"),
        pytest.param("\u202eadA\u202c", "adA", id="turned around"),
        pytest.param("A\x00d\x00a", "A d a", id="null bytes"),
        pytest.param("Zoe\u0308", "Zoë", id="composed"),
        pytest.param("x" * 120, "x" * 120, id="as long as may be"),
    ],
)
def test_a_name_is_kept_as_people_see_it(told: str, kept: str) -> None:
    assert checked_name(told) == kept


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("", id="empty"),
        pytest.param(" \u200b\u200d\u2060 ", id="nothing that can be seen"),
        pytest.param("\u3164\u115f", id="fillers"),
        pytest.param("\u0301\u0302", id="accents alone"),
        pytest.param("x" * 121, id="too long"),
        pytest.param("x" * 10_240, id="10 KB"),
        pytest.param(None, id="none"),
        pytest.param(["Ada"], id="a list"),
        pytest.param("\ud800", id="half a character"),
    ],
)
def test_what_is_no_name_is_refused_in_plain_words(told: object) -> None:
    with pytest.raises(InvalidName, match="1 to 120 characters"):
        checked_name(told)


@given(st.text())
def test_whatever_is_kept_can_be_stored_seen_and_given_again(told: str) -> None:
    try:
        kept = checked_name(told)
    except InvalidName:
        return
    assert checked_name(kept) == kept
    assert 0 < len(kept) <= 120
    assert not {unicodedata.category(character) for character in kept} & {"Cc", "Cs", "Zl", "Zp"}
    assert kept.encode()
    initials_of(kept)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ada Lovelace", "AL"),
        ("Ada", "A"),
        ("Ada Maria de Lovelace", "AL"),
        ("李 小龍", "李小"),
        ("🍯 🐝", ""),
        ("", ""),
    ],
)
def test_initials_stand_in_for_a_picture(name: str, initials: str) -> None:
    assert initials_of(name) == initials


UNKNOWN: tuple[dict[str, object], ...] = (
    {"theme": "sepia"},
    {"theme": None},
    {"theme": ["dark"]},
    {"region": "xx-XX"},
    {"mails_ready": "yes"},
    {"is_banned": False},
    {"total_credits": 1_000_000},
    {"name": "Ada", "theme": "sepia"},
)


@pytest.mark.usefixtures("database")
async def test_what_cannot_be_chosen_changes_nothing() -> None:
    user_id = make_user()
    before = db.look(lambda session: session.get_one(User, user_id)).model_dump()

    for facts in UNKNOWN:
        with pytest.raises(InvalidSetting):
            await profile.change(user_id=user_id, facts=facts)

    assert db.look(lambda session: session.get_one(User, user_id)).model_dump() == before


@pytest.mark.usefixtures("database")
async def test_clerk_renames_only_whom_nobody_has_named_here() -> None:
    user_id = make_user()

    def hear(name: str, at: int) -> str:
        person = ClerkUser(id="user_1", first_name=name, updated_at=at)

        def learn(session: db.Session) -> str:
            user = session.get_one(User, user_id)
            clerk_people.learn(session, user, person)
            return user.name

        return db.run(learn)

    assert hear("Augusta", 1) == "Augusta"
    await profile.change(user_id=user_id, facts={"name": "Ada"})
    assert hear("Countess", 2) == "Ada"
