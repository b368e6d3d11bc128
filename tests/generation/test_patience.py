"""How long what goes wrong is borne: until then a video keeps its place, and after that its credits come back with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.generation import failures, patience, sweep, workflow
from cuttingasmr.generation.failures import sentence
from cuttingasmr.generation.patience import FETCHING_SECONDS, NO_KEY, WAITING_FOR_PROVIDER
from cuttingasmr.generation.workflow import FULL, IN_DOUBT, UNASKED, Maker
from cuttingasmr.models import Status, Video, VideoKind
from cuttingasmr.models.columns import new_id
from cuttingasmr.settings import get_settings
from tests.support.api import broken
from tests.support.binding import bind
from tests.support.finished import change, paid, rendered, row
from tests.support.liar import lying
from tests.support.making import begin, never
from tests.support.site import Sandbox

pytestmark = [
    pytest.mark.usefixtures("line"),
    pytest.mark.parametrize("strangers", ["sqlite"], indirect=True),
]

ME = "an-engine"


def ago(seconds: float) -> datetime:
    return db.utc_now() - timedelta(seconds=seconds)


def held(video_id: str, **facts: Any) -> Video:
    """Let an engine hold a video of which this is written down."""
    change(video_id, taken_by=ME, **facts)
    return row(video_id)


def expect_kept(video_id: str, notice: str) -> None:
    """Expect that it goes on, later, and that its owner is told why it waits."""
    found = row(video_id)
    assert (found.status in {Status.FAILED, Status.COMPLETED}, found.taken_by) == (False, "")
    assert (found.notice, found.credits_returned) == (notice, 0)
    assert found.due_at > ago(1)


def expect_given_back(video_id: str, code: str) -> None:
    """Expect that it has ended for this reason, in words, and cost nothing."""
    found = row(video_id)
    assert (found.status, found.error_code, found.error_message) == (Status.FAILED, code, sentence(code))
    assert found.credits_returned == found.credits_used
    assert db.look(ledger.balance, user_id=found.user_id).remaining == 18
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize(
    ("code", "seconds", "notice", "reason"),
    [
        pytest.param(429, 900, WAITING_FOR_PROVIDER, "ProviderBusy", id="too much work"),
        pytest.param(455, 900, WAITING_FOR_PROVIDER, "Maintenance", id="maintenance"),
        pytest.param(402, 3600, NO_KEY, "AccountTrouble", id="an empty account"),
        pytest.param(451, 120, patience.PICTURES, "PictureUnreadable", id="pictures not fetched"),
        pytest.param(500, 120, WAITING_FOR_PROVIDER, "RenderFailed", id="an error inside"),
        pytest.param(503, 120, WAITING_FOR_PROVIDER, "ProviderUnavailable", id="away"),
    ],
)
@pytest.mark.usefixtures("strangers")
async def test_a_provider_that_takes_nothing_is_waited_for_and_not_for_ever_and_the_reason_is_told(
    code: int, seconds: float, notice: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fresh, patient, old = (begin() for _ in range(3))
    for video_id, tried in ((patient, seconds - 30), (old, seconds + 1)):
        change(video_id, trouble_at=ago(tried))

    with lying() as liar:
        liar.says = json.dumps({"code": code, "msg": "no", "data": None}).encode()
        keys = "one,two,three,four"
        bind(monkeypatch, tmp_path, veo3_api_keys=keys, veo3_api_base_url=liar.url)
        for video_id in (fresh, patient, old):
            held(video_id)
            await Maker(ME).send(video_id)

    assert (row(fresh).trouble, row(fresh).trouble_at is None) == (reason, False)
    for video_id in (fresh, patient):
        expect_kept(video_id, notice)
    expect_given_back(old, reason)


@pytest.mark.parametrize("code", [422, 505])
@pytest.mark.usefixtures("strangers")
async def test_what_will_never_be_taken_is_given_back_at_once(
    code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    video_id = begin()

    with lying() as liar:
        liar.says = json.dumps({"code": code, "msg": "no", "data": None}).encode()
        bind(monkeypatch, tmp_path, veo3_api_keys="one", veo3_api_base_url=liar.url)
        held(video_id)
        await Maker(ME).send(video_id)

    expect_given_back(video_id, {422: "PromptRefused", 505: "NotOffered"}[code])


@pytest.mark.usefixtures("strangers")
async def test_a_video_whose_picture_is_gone_is_given_back_at_once_and_its_owner_told_so() -> None:
    video_id = begin()
    held(video_id, kind=VideoKind.REFERENCES, picture_ids=[new_id()])

    await Maker(ME).send(video_id)

    expect_given_back(video_id, "PictureGone")


@pytest.mark.usefixtures("strangers")
def test_a_hiccup_within_a_longer_wait_ends_nothing_and_no_mixture_of_troubles_lasts() -> None:
    day, busy, away = get_settings().storage_patience_seconds, failures.BUSY, failures.UNREACHABLE
    full, saving = failures.STORAGE, {"status": Status.SAVING}
    in_trouble = [
        # stage, trouble, for how long, then met with: still in which trouble, begun anew, over
        (saving, full, 7200, away, (full, False, False)),
        (saving, full, day + 1, away, (away, True, False)),
        (saving, away, 500, full, (full, False, False)),
        ({}, busy, 300, away, (busy, False, False)),
        ({}, busy, 901, away, (away, True, False)),
        ({}, away, 119, busy, (busy, False, False)),
        ({}, failures.MAINTENANCE, 901, busy, (busy, False, True)),
        ({}, failures.ACCOUNT, 3000, busy, (failures.ACCOUNT, False, False)),
    ]
    for stage, known, tried, met, expected in in_trouble:
        video_id = paid(**{"status": Status.QUEUED, **stage}, trouble=known.code, trouble_at=ago(tried))

        found = patience.judge(row(video_id), met)

        assert (found.code, found.tried == 0, found.is_over) == (expected[0].code, *expected[1:])


async def test_a_finished_video_that_waits_for_a_full_storage_outlives_a_hiccup_of_the_provider(
    strangers: Sandbox,
) -> None:
    video_id = await rendered()
    trouble = {"trouble": failures.STORAGE.code, "trouble_at": ago(7200), "notice": FULL}

    with broken(strangers, "500", only="files"):
        await Maker(ME).store(held(video_id, status=Status.SAVING, **trouble))

    expect_kept(video_id, FULL)
    assert row(video_id).trouble == failures.STORAGE.code


async def test_a_submit_in_doubt_is_waited_out_sent_once_more_and_then_given_up(strangers: Sandbox) -> None:
    words = never()
    video_id, doubt = begin(words), get_settings().submit_doubt_seconds
    with broken(strangers, "down", only="create"):
        held(video_id)
        await Maker(ME).send(video_id)
        expect_kept(video_id, IN_DOUBT)
        await Maker(ME).go_on(held(video_id, submit_began_at=ago(doubt + 1)))
        assert row(video_id).doubts == 1
        expect_kept(video_id, IN_DOUBT)

        await Maker(ME).go_on(held(video_id, submit_began_at=ago(doubt + 1)))

    expect_given_back(video_id, "ProviderUnavailable")
    assert strangers.tasks(words) == []


@pytest.mark.usefixtures("strangers")
async def test_a_video_that_never_comes_is_given_up_at_the_limit() -> None:
    video_id, limit = begin(never()), get_settings().wait_limit_seconds
    held(video_id)
    await Maker(ME).send(video_id)

    change(video_id, submit_began_at=ago(limit - 30))
    await Maker(ME).ask(row(video_id))
    assert row(video_id).status == Status.RENDERING
    change(video_id, submit_began_at=ago(limit + 1))
    await Maker(ME).ask(row(video_id))

    expect_given_back(video_id, "TooSlow")


async def test_a_video_that_cannot_be_asked_about_is_not_given_up_at_the_limit(strangers: Sandbox) -> None:
    limit, video_id = get_settings().wait_limit_seconds, begin(never())
    day = limit + get_settings().storage_patience_seconds
    held(video_id)
    await Maker(ME).send(video_id)

    with broken(strangers, "500", only="record-info"):
        for age, notice in ((limit - 30, ""), (limit + 60, UNASKED), (day - 30, UNASKED)):
            change(video_id, submit_began_at=ago(age), due_at=db.utc_now())
            await Maker(ME).ask(row(video_id))
            expect_kept(video_id, notice)
        change(video_id, submit_began_at=ago(day + 1))
        await Maker(ME).ask(row(video_id))

    expect_given_back(video_id, "ProviderUnavailable")


@pytest.mark.usefixtures("strangers")
async def test_a_video_that_was_finished_while_we_were_away_is_stored() -> None:
    video_id, days = await rendered(), 2 * 86_400
    change(
        video_id, submit_began_at=ago(days), rendering_at=ago(days), created_at=ago(days), due_at=ago(days)
    )

    sweep.reconcile()
    await Maker(ME).ask(row(video_id))

    assert (row(video_id).status, row(video_id).credits_returned) == (Status.COMPLETED, 0)


@pytest.mark.usefixtures("strangers")
async def test_a_task_that_the_provider_does_not_know_is_asked_about_three_times() -> None:
    video_id = paid(provider_task_id="made-up", submit_began_at=db.utc_now())

    for _ in range(workflow.UNKNOWN_TRIES - 1):
        await Maker(ME).ask(row(video_id))
        assert row(video_id).status == Status.RENDERING
    await Maker(ME).ask(row(video_id))

    expect_given_back(video_id, "TaskLost")


async def test_a_task_that_is_known_in_between_is_not_lost_and_its_faults_are_forgotten(
    strangers: Sandbox,
) -> None:
    words = never()
    video_id = begin(words)
    held(video_id)
    await Maker(ME).send(video_id)
    (task,) = strangers.tasks(words)

    for answer in "?--?-?-??-":
        change(video_id, provider_task_id="made-up" if answer == "?" else task["taskId"], tries=1)
        await Maker(ME).ask(row(video_id))

    assert (row(video_id).status, row(video_id).misses, row(video_id).tries) == (Status.RENDERING, 0, 0)


@pytest.mark.usefixtures("strangers")
async def test_an_engine_that_died_while_it_stored_a_video_is_no_broken_file() -> None:
    video_id = await rendered(f"{new_id()} sandbox:broken-file")

    await Maker(ME).store(held(video_id, status=Status.SAVING, tries=1))
    expect_kept(video_id, "")
    await Maker(ME).store(held(video_id))

    expect_given_back(video_id, "BrokenFile")


@pytest.mark.usefixtures("strangers")
async def test_a_full_storage_is_waited_for_for_a_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    patient, old = [await rendered() for _ in range(2)]
    (tmp_path / "file").touch()
    bind(monkeypatch, tmp_path, storage_url=(tmp_path / "file" / "media").as_uri())
    patience = get_settings().storage_patience_seconds

    for video_id, tried in ((patient, patience - 60), (old, patience + 1)):
        await Maker(ME).store(held(video_id, status=Status.SAVING, trouble_at=ago(tried)))

    expect_kept(patient, FULL)
    expect_given_back(old, "StorageFull")


async def test_a_file_that_cannot_be_fetched_is_waited_for_and_not_for_ever(strangers: Sandbox) -> None:
    patient, old = [await rendered() for _ in range(2)]

    with broken(strangers, "500", only="files"):
        for video_id, tried in ((patient, 0), (old, FETCHING_SECONDS + 1)):
            await Maker(ME).store(held(video_id, status=Status.SAVING, trouble_at=ago(tried)))

    expect_kept(patient, "")
    expect_given_back(old, "ProviderUnavailable")


@pytest.mark.parametrize(
    "go", [pytest.param(Maker.fault, id="failed again"), pytest.param(Maker.go_on, id="taken from the dead")]
)
@pytest.mark.usefixtures("strangers")
async def test_what_an_engine_fails_at_again_and_again_is_given_up(go: Callable[..., Any]) -> None:
    video_id = begin(never())
    is_fault = go is Maker.fault
    if is_fault:
        held(video_id, tries=workflow.FAULTS - 2)
        await go(Maker(ME), video_id)
        expect_kept(video_id, "")

    video = held(video_id, tries=workflow.FAULTS - is_fault)
    await go(Maker(ME), video_id if is_fault else video)

    expect_given_back(video_id, "Unexpected")
