"""Taking along what is one's own: everything, once, with sums that are the ledger's; and nobody else's."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.errors import InsufficientCredits
from cuttingasmr.models import AuditEntry, CreditEntry, Export, ExportState
from cuttingasmr.models.columns import new_id
from cuttingasmr.models.export import LIVE
from cuttingasmr.people import exports, takeout
from cuttingasmr.people.cover import PARTS
from cuttingasmr.storage.store import get_store
from tests.support.api import Api
from tests.support.leaver import Leaver, wait_for
from tests.support.people import make_user, make_video

Someone = Callable[[str], Leaver]
DATA = "/api/user/export-data"


@pytest.fixture
def ada(leaver: Someone) -> Leaver:
    return leaver("ada")


@pytest.fixture(autouse=True)
def _nothing_waits(leaver: Someone) -> None:  # pyright: ignore[reportUnusedFunction] - pytest calls it
    """Let go what other tests have asked for and not waited for."""
    del leaver  # it brings the database
    db.run(lambda session: session.exec(update(Export).where(text(LIVE)).values(state=ExportState.GONE)))


def make() -> int:
    return wait_for(exports.make_due())


def path_of(answer: dict[str, Any]) -> str:
    return urlsplit(answer["downloadUrl"]).path


def opened(answer: httpx.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def change(export_id: str, **facts: object) -> None:
    db.run(lambda session: session.get_one(Export, export_id).sqlmodel_update(facts))


def newest(user_id: str) -> Export:
    mine = select(Export).where(col(Export.user_id) == user_id).order_by(col(Export.asked_at).desc())
    return db.look(lambda session: session.exec(mine).first()) or Export(user_id="")


def test_everything_of_somebodys_is_in_it_and_nothing_of_anybody_elses(leaver: Someone, ada: Leaver) -> None:
    other = leaver("eve")
    for person in (ada, other):
        person.do_everything()

    archive = opened(ada.http.get(f"{DATA}?download=1"))

    names = set(archive.namelist())
    assert {f"{part.name}.json" for part in PARTS} <= names
    held = {part.name: json.loads(archive.read(f"{part.name}.json")) for part in PARTS}
    assert all(held.values()), [name for name, rows in held.items() if not rows]
    assert (held["account"][0]["email"], held["account"][0]["name"]) == (ada.email, ada.name)
    assert {video["prompt"] for video in held["videos"]} >= {f"{ada.word} cuts prompt {n}" for n in range(3)}
    assert held["orders"][0]["payer_email"] == ada.payer
    assert any(line["reason"] == f"Called: {ada.name}" for line in held["log"])
    films = [name for name in names if name.startswith("videos/")]
    assert len(films) == 6, "three, and each in 1080p"
    assert {archive.read(name) for name in films} == {ada.film}
    assert len([name for name in names if name.startswith("pictures/")]) == 2, (
        "one brought, and one of themselves"
    )
    whole = b"".join(archive.read(name) for name in names)
    assert other.word.encode() not in whole
    assert b"argon2" not in whole
    assert ada.row().password_hash
    assert archive.read("README.txt").startswith(b"Everything that CuttingASMR holds about you")


def test_the_way_from_asking_to_the_file(ada: Leaver, api: Api) -> None:
    video = ada.keep_video(1)

    first, second = ada.http.get(DATA), ada.http.get(DATA)
    early = ada.http.get(f"{DATA}?download=1")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json() | {"retryAfter": first.json()["retryAfter"]}
    assert (first.json()["state"], first.json()["done"], first.json()["total"]) == ("queued", 0, 2)
    assert (early.status_code, early.json()["code"]) == (409, "ExportNotReady")
    assert ada.http.post(DATA).json()["askedAt"] == first.json()["askedAt"], "one at a time"
    assert make() == 1

    answer = ada.http.get(DATA)
    told = answer.json()
    assert (answer.status_code, told["state"], told["done"]) == (200, "ready", 2)
    kept_for = datetime.fromisoformat(told["expiresAt"]) - db.utc_now()
    assert timedelta(days=6) < kept_for < timedelta(days=8)
    anybody = api.browser().get(path_of(told))
    assert anybody.headers["content-disposition"].startswith("attachment")
    assert anybody.headers["content-type"] == "application/zip"
    assert "no-store" in anybody.headers["cache-control"]
    assert len(anybody.content) == told["sizeBytes"]
    assert any(video[:8] in name for name in opened(anybody).namelist())
    assert api.browser().get(DATA).status_code == 401


def test_a_link_opens_nothing_once_it_is_altered_old_or_another_archives(ada: Leaver, api: Api) -> None:
    ada.export()
    told = ada.http.get(DATA).json()
    path = path_of(told)
    export = newest(ada.id)

    assert api.browser().get(f"{path[:-2]}xx").status_code == 404
    assert api.browser().get(path.replace("exports", "media")).status_code == 404
    change(export.id, expires_at=db.utc_now() - timedelta(seconds=1))
    assert api.browser().get(path).status_code == 404
    wait_for(exports.let_old_go(now=db.utc_now() + timedelta(hours=3)))
    assert asyncio.run(get_store().find(exports.key_of(export.id))) is None
    assert newest(ada.id).state == ExportState.GONE


def test_a_new_one_can_be_had_after_an_hour_or_after_a_failure(ada: Leaver) -> None:
    ada.export()

    soon = ada.http.post(DATA)
    assert soon.status_code == 429
    assert 3500 < int(soon.headers["retry-after"]) <= 3600
    assert ada.http.get(DATA).json()["state"] == "ready", "to look is no asking"
    old = newest(ada.id)
    change(old.id, asked_at=db.utc_now() - timedelta(hours=1, seconds=1))
    assert ada.http.post(DATA).status_code == 202
    assert db.look(lambda session: session.get_one(Export, old.id)).state == ExportState.GONE
    change(newest(ada.id).id, state=ExportState.FAILED, error=exports.BROKEN)
    told = ada.http.get(DATA)
    assert (told.status_code, told.json()["state"], told.json()["error"]) == (200, "failed", exports.BROKEN)
    assert told.json()["retryAfter"] == 0
    assert ada.http.post(DATA).status_code == 202


def test_a_storage_that_takes_nothing_is_told_in_plain_words_after_some_tries(ada: Leaver) -> None:
    folder = get_store().path_of(exports.FOLDER)
    assert folder is not None
    for file in folder.glob("*") if folder.exists() else ():
        file.unlink()
    if folder.exists():
        folder.rmdir()
    folder.write_text("in the way")
    try:
        ada.http.get(DATA)
        for tried in range(1, exports.TRIES + 1):
            assert make() == 0
            assert newest(ada.id).tries == tried
            change(newest(ada.id).id, look_at=db.utc_now())
        told = ada.http.get(DATA).json()
    finally:
        folder.unlink()

    assert (told["state"], told["error"]) == ("failed", exports.NO_ROOM)
    assert ada.http.post(DATA).status_code == 202
    assert make() == 1


def test_a_file_that_is_lost_does_not_cost_the_others(ada: Leaver) -> None:
    ada.buy()
    lost, there = ada.keep_video(1), ada.keep_video(2)
    asyncio.run(get_store().delete(f"videos/{lost}.mp4"))
    ada.export()

    archive = opened(ada.http.get(f"{DATA}?download=1"))

    assert lost[:8] in archive.read(takeout.MISSING).decode()
    assert any(there[:8] in name for name in archive.namelist())
    assert ada.http.get(DATA).json()["done"] == 4


def test_two_engines_do_not_make_one_twice_and_a_dead_ones_is_made_by_the_next(ada: Leaver) -> None:
    ada.http.get(DATA)

    async def rivals() -> list[Export | None]:
        return await asyncio.gather(
            *(db.transact(exports._take, by=new_id(), now=db.utc_now()) for _ in range(6))
        )

    taken = [export for export in wait_for(rivals()) if export is not None]
    assert len(taken) == 1
    assert make() == 0, "it is in somebody's hands"
    later = db.utc_now() + exports.LEASE + timedelta(seconds=1)
    assert wait_for(exports.make_due(now=later)) == 1
    assert not wait_for(exports._make(taken[0])), "who was taken for dead and is not has lost it"
    ready = newest(ada.id)
    assert ready.state == ExportState.READY


def test_one_that_kills_its_makers_again_and_again_is_given_up(ada: Leaver) -> None:
    ada.http.get(DATA)
    change(newest(ada.id).id, tries=exports.TRIES)

    make()

    assert (newest(ada.id).state, newest(ada.id).error) == (ExportState.FAILED, exports.BROKEN)


def test_files_that_no_archive_wants_go(ada: Leaver) -> None:
    ada.export()
    stray, kept = f"exports/{new_id()}.zip", exports.key_of(newest(ada.id).id)
    asyncio.run(get_store().put(stray, b"of a row that is gone"))

    assert wait_for(exports.let_old_go()) == 0, "it may belong to one that is just being finished"
    wait_for(exports.let_old_go(now=db.utc_now() + timedelta(hours=3)))

    assert asyncio.run(get_store().find(stray)) is None
    assert asyncio.run(get_store().find(kept)) is not None


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["purchase", "spend", "give_back", "clawback", "adjustment"]), st.integers(1, 400)
    ),
    max_size=30,
)


@given(acts=ACTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sums_in_it_are_the_ledgers(acts: list[tuple[str, int]]) -> None:
    user_id = make_user()
    for kind, credits in acts:
        try:
            db.run(act, user_id=user_id, kind=kind, credits=credits)
        except InsufficientCredits:
            continue
    balance = db.look(ledger.balance, user_id=user_id)

    with zipfile.ZipFile(io.BytesIO(b"".join(takeout.archive(user_id, lambda _: None)))) as archive:
        entries = json.loads(archive.read("credit_entries.json"))
        lines = list(csv.DictReader(io.StringIO(archive.read("credits.csv").decode())))
        (account,) = json.loads(archive.read("account.json"))

    spent = sum(entry["credits"] for entry in entries if entry["kind"] in {"spend", "give_back"})
    came = sum(entry["credits"] for entry in entries) - spent
    assert (came, -spent) == (balance.total, balance.used)
    assert (account["total_credits"], account["used_credits"]) == (balance.total, balance.used)
    assert [int(line["credits"]) for line in lines] == [entry["credits"] for entry in entries]
    mine = select(CreditEntry.id).where(col(CreditEntry.user_id) == user_id)
    assert {entry["id"] for entry in entries} == set(db.look(lambda session: session.exec(mine).all()))


def act(session: Session, *, user_id: str, kind: str, credits: int) -> None:
    reference = new_id()
    if kind == "purchase":
        ledger.purchase(session, user_id=user_id, order_id=reference, credits=credits)
    elif kind == "clawback":
        ledger.claw_back(session, user_id=user_id, reference=reference, credits=credits)
    elif kind == "adjustment":
        line = AuditEntry(actor="op", action="x", subject=user_id)
        session.add(line)
        session.flush()
        ledger.adjust(session, user_id=user_id, audit_id=line.id or 0, credits=credits - 200)
    else:
        video = make_video(session, user_id=user_id, cost=credits)
        ledger.reserve(session, user_id=user_id, video_id=video.id, credits=credits)
        if kind == "give_back":
            ledger.give_back(session, video_id=video.id)
