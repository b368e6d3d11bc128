"""Prompts are judged before anything is charged; what was judged is remembered for a day, and its words for thirty."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.errors import ModerationUnavailable, PromptRefused
from cuttingasmr.generation import moderation
from cuttingasmr.generation.moderation import moderate
from cuttingasmr.models import ModerationDecision
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.creem import get_creem
from cuttingasmr.providers.http import BREAKER_FAILURES
from tests.support.api import broken
from tests.support.people import make_user
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")


def decisions(prompt: str) -> list[tuple[str, bool, str | None]]:
    """Tell what is written down about a prompt, oldest first."""
    same = select(ModerationDecision).where(col(ModerationDecision.prompt_hash) == moderation.hash_of(prompt))
    rows = db.look(lambda session: session.exec(same.order_by(col(ModerationDecision.id))).all())
    return [(row.decision, row.is_repeat, row.prompt) for row in rows]


def screened(strangers: Sandbox) -> int:
    return strangers.counts("creem").get("moderation", 0)


async def test_the_same_words_are_judged_once_a_day_and_every_time_written_down(strangers: Sandbox) -> None:
    ada, bob, prompt = make_user(), make_user(), f"soap {new_id()}"
    before = screened(strangers)

    for user in (ada, bob, ada):
        await moderate(prompt, user_id=user)

    assert screened(strangers) == before + 1
    assert decisions(prompt) == [("allow", False, prompt), ("allow", True, None), ("allow", True, None)]


@pytest.mark.parametrize(("word", "decision"), [("sandbox:deny", "deny"), ("sandbox:flag", "flag")])
async def test_a_refusal_is_remembered_too(strangers: Sandbox, word: str, decision: str) -> None:
    user, prompt = make_user(), f"{new_id()} {word}"
    before = screened(strangers)

    for _ in range(2):
        with pytest.raises(PromptRefused):
            await moderate(prompt, user_id=user)

    assert screened(strangers) == before + 1
    assert decisions(prompt) == [(decision, False, prompt), (decision, True, None)]


async def test_after_a_day_the_same_words_are_judged_anew(strangers: Sandbox) -> None:
    user, prompt = make_user(), f"soap {new_id()}"
    await moderate(prompt, user_id=user)
    db.run(_age, prompt, timedelta(hours=25))
    before = screened(strangers)

    await moderate(prompt, user_id=user)

    assert screened(strangers) == before + 1


def _age(session: db.Session, prompt: str, by: timedelta) -> None:
    same = select(ModerationDecision).where(col(ModerationDecision.prompt_hash) == moderation.hash_of(prompt))
    for row in session.exec(same):
        row.decided_at -= by


@pytest.mark.usefixtures("strangers")
async def test_after_thirty_days_the_words_are_gone_and_the_hash_stays() -> None:
    user, old, young = make_user(), f"old {new_id()}", f"young {new_id()}"
    for prompt in (old, young):
        await moderate(prompt, user_id=user)
    db.run(_age, old, timedelta(days=30, minutes=1))
    db.run(_age, young, timedelta(days=29))

    assert [db.run(moderation.forget_prompts) for _ in range(2)] == [1, 0]

    assert decisions(old) == [("allow", False, None)]
    assert decisions(young) == [("allow", False, young)]


async def test_nobody_to_judge_means_no_video_said_at_once_when_it_lasts(strangers: Sandbox) -> None:
    user = make_user()
    with broken(strangers, "500", provider="creem"), capture_logs() as said:
        for _ in range(BREAKER_FAILURES + 3):
            with pytest.raises(ModerationUnavailable):
                await moderate(f"soap {new_id()}", user_id=user)
        asked = strangers.counts("creem").get("moderation-broken", 0)
        with pytest.raises(ModerationUnavailable):
            await moderate("soap once more", user_id=user)

    assert get_creem().is_resting
    assert strangers.counts("creem").get("moderation-broken", 0) == asked, (
        "it is left in peace, and we say no"
    )
    assert decisions("soap once more") == []
    assert "soap" not in repr(said), "a prompt is never logged"


async def test_what_was_allowed_today_needs_nobody_to_judge_it(strangers: Sandbox) -> None:
    user, prompt = make_user(), f"soap {new_id()}"
    await moderate(prompt, user_id=user)

    with broken(strangers, "down", provider="creem"):
        await asyncio.gather(*(moderate(prompt, user_id=user) for _ in range(3)))


@pytest.mark.usefixtures("strangers")
def test_without_our_key_nobody_can_try_words_on_a_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    first = moderation.hash_of("soap")
    monkeypatch.setenv("SECRET_KEY", "another")
    moderation.get_settings.cache_clear()

    assert moderation.hash_of("soap") != first
    assert len(first) == 64
