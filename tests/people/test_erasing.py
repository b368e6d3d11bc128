"""After the days to come back, a search of database and storage finds nothing of somebody; and the books are as they were."""

from __future__ import annotations

import asyncio
import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.generation import steps
from cuttingasmr.models import (
    AuditEntry,
    ChoreRun,
    CreditEntry,
    Export,
    ExportState,
    Feedback,
    Letter,
    LetterKind,
    ModerationDecision,
    Order,
    OrderState,
    Picture,
    Status,
    User,
    Video,
    WebhookEvent,
)
from cuttingasmr.models.columns import new_id
from cuttingasmr.people import erasing, exports, leaving
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import get_store
from tests.support.api import Api
from tests.support.creem_says import paid
from tests.support.everything import traces, traces_in_files
from tests.support.leaver import WEEK, Leaver, wait_for
from tests.support.site import PASSWORD

Someone = Callable[[str], Leaver]


def storage() -> Path:
    root = get_store().path_of(".")
    assert root is not None
    return root


def files_of_database() -> list[Path]:
    path = make_url(get_settings().database_url).database
    return [Path(f"{path}{end}") for end in ("", "-wal") if Path(f"{path}{end}").exists()]


def assert_nothing_is_left(who: Leaver) -> None:
    assert traces(who.words) == []
    assert traces_in_files(storage(), [*who.words, *who.finished]) == []
    assert traces_in_files(get_settings().data_dir, who.words) == []


def test_nothing_is_found_of_somebody_who_has_left(leaver: Someone) -> None:
    zoe, other = leaver("zoe"), leaver("other")
    for person in (zoe, other):
        person.do_everything()
    entries = db.look(lambda session: len(session.exec(select(CreditEntry)).all()))
    assert len(traces(zoe.words)) > 20, "else the search is blind"
    assert len(traces_in_files(storage(), zoe.words)) > 10
    theirs = len(traces(other.words)), len(traces_in_files(storage(), other.words))

    zoe.leave()
    zoe.erase()

    assert_nothing_is_left(zoe)
    if get_settings().is_sqlite:
        raw = [word.encode() for word in zoe.words]
        assert not [file for file in files_of_database() if any(word in file.read_bytes() for word in raw)]
    assert (len(traces(other.words)), len(traces_in_files(storage(), other.words))) == theirs
    gone = zoe.row()
    assert (gone.email, gone.name, gone.password_hash) == (f"gone-{zoe.id}@erased.invalid", "", None)
    assert (
        db.look(lambda session: len(session.exec(select(CreditEntry)).all())) == entries + 1
    )  # what waited came back
    assert db.look(audit.find_all) == []


def test_the_books_stay_and_a_refund_that_comes_after_is_acted_on_and_tells_nobody(leaver: Someone) -> None:
    zoe = leaver("zoe")
    zoe.do_everything()
    before = db.look(lambda session: session.get_one(Order, zoe.order))
    zoe.leave()
    zoe.erase()

    answers = [zoe.deliver(zoe.refund()), zoe.deliver(zoe.purchase), zoe.deliver(zoe.refund(0))]

    assert answers == [200, 200, 200]
    order = db.look(lambda session: session.get_one(Order, zoe.order))
    assert (order.state, order.clawed_back) == (OrderState.REFUNDED, 115)
    assert order.provider_order_id == before.provider_order_id is not None
    assert (order.paid_cents, order.credits) == (990, 115)
    assert_nothing_is_left(zoe)
    kept = db.look(
        lambda session: session.exec(
            select(WebhookEvent).where(
                col(WebhookEvent.order_id) == zoe.order, col(WebhookEvent.kind) == "refund.created"
            )
        ).first()
    )
    assert kept is not None
    assert kept.body["refund_amount"] == 990, "what is kept can be acted on"
    assert db.look(audit.find_all) == []


def test_a_payment_that_comes_after_waits_for_an_operator_instead_of_being_lost(leaver: Someone) -> None:
    zoe = leaver("zoe")
    answers = [zoe.http.post("/api/payments/checkout", json={"planType": "starter"}).json() for _ in range(2)]
    zoe.finished = []
    zoe.leave()
    zoe.erase()

    for answer in answers:  # the one of its order, the other of its order's page paid once more
        event = paid(request_id=answers[0]["order_id"], email=zoe.email)
        event["object"]["customer"]["name"] = zoe.name
        assert zoe.deliver(event) == 200
        assert answer["order_id"]

    held = db.look(
        lambda session: session.exec(
            select(Order).where(col(Order.user_id) == zoe.id, col(Order.state) == OrderState.HELD)
        ).all()
    )
    assert len(held) == 2
    assert all("erased" in order.reason and order.payer_email == "" for order in held)
    assert db.look(ledger.balance, user_id=zoe.id).remaining == 18, (
        "nobody can spend it, so nothing was credited"
    )
    assert_nothing_is_left(zoe)
    assert db.look(audit.find_all) == []


def test_a_running_video_is_let_finish_and_found_later(leaver: Someone) -> None:
    zoe = leaver("zoe")
    zoe.buy()
    zoe.finished = [zoe.keep_video(0)]
    running = zoe.running_video()
    zoe.leave()

    zoe.erase()
    video = db.look(lambda session: session.get_one(Video, running))
    assert (video.status, video.purged_at) == (Status.RENDERING, None)
    assert zoe.row().erased_at is not None

    facts = {"file_key": f"videos/{running}.mp4", "status": Status.SAVING}
    asyncio.run(get_store().put(facts["file_key"], zoe.film))
    db.run(lambda session: session.get_one(Video, running).sqlmodel_update(facts))
    db.run(steps.end_well, video_id=running)
    zoe.finished.append(running)
    zoe.erase(after=WEEK + timedelta(minutes=2))

    assert_nothing_is_left(zoe)
    video = db.look(lambda session: session.get_one(Video, running))
    assert (video.status, video.prompt) == (Status.COMPLETED, "")
    assert db.look(audit.find_all) == []


def test_what_is_written_after_the_erasing_goes_at_the_last_look(leaver: Someone) -> None:
    zoe = leaver("zoe")
    zoe.do_everything()
    zoe.leave()
    zoe.erase()
    late = zoe.finished[0]
    export = db.look(lambda session: session.exec(select(Export).where(col(Export.user_id) == zoe.id)).one())
    for key in (f"videos/{late}-1080p.mp4", exports.key_of(export.id)):
        asyncio.run(get_store().put(key, zoe.film))
    db.run(
        lambda session: session.add(
            ModerationDecision(user_id=zoe.id, prompt_hash="late", prompt=zoe.word, decision="deny")
        )
    )

    zoe.erase(after=WEEK + timedelta(days=2))

    assert_nothing_is_left(zoe)
    assert zoe.row().erase_at is None, "after that it is over"
    assert (
        db.look(lambda session: session.exec(select(Export).where(col(Export.user_id) == zoe.id)).all()) == []
    )


def test_who_dies_over_it_is_followed_by_one_who_finds_the_rest(leaver: Someone) -> None:
    zoe = leaver("zoe")
    zoe.do_everything()
    zoe.leave()
    moment = db.utc_now() + WEEK
    db.run(erasing.make_nameless, user_id=zoe.id, now=moment)  # and then the power fails, in one place
    db.run(erasing._blank_videos, user_id=zoe.id, after="", now=moment)  # or in the next
    assert traces_in_files(storage(), zoe.words)

    zoe.erase()

    assert_nothing_is_left(zoe)
    assert (
        db.look(lambda session: session.exec(select(Picture).where(col(Picture.user_id) == zoe.id)).all())
        == []
    )


def test_a_storage_that_is_away_keeps_nobody_else_waiting_and_is_asked_again(leaver: Someone) -> None:
    zoe, other = leaver("zoe"), leaver("other")
    zoe.finished = [zoe.keep_video(0)]
    file = get_store().path_of(f"videos/{zoe.finished[0]}.mp4")
    assert file is not None
    file.unlink()
    (file / "in the way").mkdir(parents=True)  # a folder cannot be deleted as a file is
    for person in (zoe, other):
        person.leave()
    before = counted()

    zoe.erase()
    assert (zoe.row().name, other.row().name) == ("", "")
    run = counted()
    assert (run.removed, run.runs) == (before.removed + 1, before.runs + 1)
    assert run.found.startswith("1 of 2 accounts not erased: ")
    zoe.erase()
    assert counted().runs == before.runs + 1, "it is let rest"
    erasing.erase_accounts()
    erasing.erase_accounts.wait()  # now, when nothing is due
    assert counted().found, "that makes nothing good"

    shutil.rmtree(file)
    file.write_bytes(zoe.film)
    zoe.erase(after=WEEK + erasing.REST)

    assert_nothing_is_left(zoe)
    assert (counted().removed, counted().last_error) == (before.removed + 2, "")


def counted() -> ChoreRun:
    """Give what erasings have been counted so far, by other tests of this site as well."""
    return db.look(lambda session: session.get(ChoreRun, erasing.NAME)) or ChoreRun(name=erasing.NAME)


def test_who_comes_back_while_their_erasing_fails_is_not_let_rest_but_left_alone(leaver: Someone) -> None:
    zoe = leaver("zoe")
    zoe.leave()
    moment = db.utc_now() + WEEK
    db.run(leaving._stay, user_id=zoe.id)

    db.run(erasing._let_rest, user_id=zoe.id, now=moment)

    assert zoe.row().erase_at is None


def test_an_archive_that_is_being_made_meanwhile_is_thrown_away(leaver: Someone) -> None:
    zoe = leaver("zoe")
    zoe.finished = [zoe.keep_video(0)]
    zoe.leave()
    browser = zoe.sign_in()
    assert browser.post("/api/user/export-data").status_code == 202
    export = db.run(exports._take, by="me", now=db.utc_now())
    assert export is not None
    asyncio.run(get_store().put(exports.key_of(export.id), zoe.film))

    zoe.erase()
    db.run(lambda session: session.get_one(Export, export.id))
    wait_for(exports._make(export))

    assert_nothing_is_left(zoe)
    assert browser.get("/api/user/export-data").status_code == 401
    row = db.look(lambda session: session.get_one(Export, export.id))
    assert row.state == ExportState.GONE


@pytest.mark.parametrize(
    ("facts", "welcome"),
    [
        pytest.param({"email_verified_at": db.utc_now()}, 0, id="without a second welcome"),
        pytest.param({"email_verified_at": None}, 18, id="with its welcome, which a stranger could not take"),
    ],
)
def test_the_address_can_be_used_again(
    leaver: Someone, api: Api, facts: dict[str, object], welcome: int
) -> None:
    zoe = leaver("zoe")
    db.run(lambda session: session.get_one(User, zoe.id).sqlmodel_update(facts))
    zoe.leave()
    body = {"email": zoe.email, "password": PASSWORD, "name": "Again"}
    assert api.browser().post("/api/auth/sign-up", json=body).status_code == 409, "it is still theirs"
    zoe.erase()

    again = api.browser()
    assert again.post("/api/auth/sign-up", json=body).status_code == 200

    assert again.get("/api/credits").json()["data"]["remainingCredits"] == welcome
    assert leaver("new").http.get("/api/credits").json()["data"]["remainingCredits"] == 18
    assert db.look(audit.find_all) == []


def test_who_has_come_back_is_not_erased(leaver: Someone) -> None:
    zoe = leaver("zoe")
    zoe.finished = [zoe.keep_video(0)]
    zoe.leave()
    browser = zoe.sign_in()
    assert browser.post("/api/user/keep-account").json()["user"]["eraseAt"] is None

    zoe.erase()

    assert zoe.row().email == zoe.email
    assert traces(zoe.words)
    archive = browser.get(f"/api/user/videos.zip?ids={zoe.finished[0]}")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert files.testzip() is None


@pytest.mark.parametrize("address", ["zo\u00eb\u4e2d@example.org", "a_b%c+x@example.org"])
def test_an_address_of_strange_letters_is_found_in_events_too(leaver: Someone, address: str) -> None:
    zoe = leaver("zoe")
    zoe.email = zoe.payer = f"{zoe.word}{address}"
    db.run(lambda session: setattr(session.get_one(User, zoe.id), "email", zoe.email))
    zoe.buy()
    stray = WebhookEvent(
        provider="creem", event_id=f"stray-{zoe.id}", kind="x", body={"by": {"who": zoe.email}}
    )
    db.run(lambda session: session.add(stray))
    zoe.finished = []
    zoe.leave()
    zoe.erase()

    assert_nothing_is_left(zoe)


def write_about(address: str) -> None:
    """Write an address wherever it can stand without an id of its account's."""
    said = f"{address} has called"

    def write(session: Session) -> None:
        body = {"customer": {"email": address, "name": said}, "note": said}
        event = WebhookEvent(provider="creem", event_id=new_id(), kind="x", body=body)
        line = AuditEntry(actor="op", action="else", subject="x", reason=said, facts={"note": said})
        order = Order(package_id="premium", credits=1450, price_cents=9900, state=OrderState.UNMATCHED)
        order.payer_email = address
        letter = Letter(kind=LetterKind.RESET, to_address=address)
        session.add_all((event, line, order, letter, Feedback(email=address, message="Said.")))

    db.run(write)


def test_an_address_that_nobody_confirmed_takes_nothing_along_that_is_not_tied_to_the_account(
    leaver: Someone,
) -> None:
    stranger = leaver("n")
    db.run(lambda session: setattr(session.get_one(User, stranger.id), "email_verified_at", None))
    for address in (stranger.email, f"an{stranger.email}"):
        write_about(address)
    theirs = [text for text in traces([stranger.email]) if not text.startswith("users.email:")]
    assert len(theirs) == 2 * 6
    stranger.leave()

    stranger.erase()

    assert traces([stranger.email]) == theirs
    assert stranger.row().email == f"gone-{stranger.id}@erased.invalid"


def test_a_confirmed_address_takes_along_what_names_it_and_not_what_names_a_longer_one(
    leaver: Someone,
) -> None:
    zoe = leaver("zoe")
    zoe.finished = []
    for other in (f"ann{zoe.email}", f"a.{zoe.email}", f"o'{zoe.email}", f"{zoe.email}.uk"):
        write_about(other)
    theirs = [text for text in traces([zoe.email]) if not text.startswith("users.email:")]
    write_about(zoe.email)
    zoe.leave()

    zoe.erase()

    assert traces([zoe.email]) == theirs
