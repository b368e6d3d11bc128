"""The letters that wait to be sent. Writing one is part of the transaction of what it tells of.

A worker takes letters for a while (`LEASE`), sends them, and says what became of each. One that dies meanwhile is followed
when the lease is over, so each letter is sent at least once; twice only if a worker dies, or loses the database, between the
server's yes and its own writing that down. What is sent twice bears the same `Message-ID` and the same link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.letters import links, optional
from cuttingasmr.letters.optional import Topic
from cuttingasmr.letters.wording import Told, page_of
from cuttingasmr.models import Letter, LetterKind, Purpose, User
from cuttingasmr.models.user import NO_ADDRESS, ClerkState

LEASE = timedelta(minutes=2)
"""How long who takes a letter has it alone: longer than any try takes (`sending.TRY_SECONDS`)."""

NOTICE_LIFE = timedelta(days=3)
"""How long a letter without a link is worth sending."""

KEPT_FOR = timedelta(days=30)
"""How long it is kept in mind that there was a letter; without its address."""

PAUSES: Final = (10, 30, 60, 120, 300, 600, 1200, 2400, 3600)
"""Seconds from one try to the next; after the last of them, always so many."""

PURPOSES: Final = {
    LetterKind.CONFIRM: Purpose.CONFIRM,
    LetterKind.RESET: Purpose.RESET,
    LetterKind.CHANGE: Purpose.CHANGE,
}
"""What the link of a letter is good for; the others have none."""


@dataclass(frozen=True)
class Post:
    """A letter on its way: taken for its `turn`-th try. `link` is empty where there is none, `stop` where nothing is to be stopped."""

    id: str
    turn: int
    told: Told
    to: str
    link: str
    written_at: datetime
    stop: str = ""


def write(session: Session, kind: LetterKind, *, to: str, user_id: str | None = None) -> Letter:
    """Have a letter sent once this transaction is committed. Its link, if it has one, is yet to be issued."""
    purpose, moment = PURPOSES.get(kind), db.utc_now()
    letter = Letter(
        kind=kind,
        user_id=user_id,
        to_address=to,
        seed=links.new_seed() if purpose else "",
        due_at=moment,
        created_at=moment,
        expires_at=moment + (links.LIVES[purpose] if purpose else NOTICE_LIFE),
    )
    session.add(letter)
    return letter


def write_to_owner(session: Session, kind: LetterKind, *, user: User) -> None:
    """Tell somebody of a change to their account, at its address if that is confirmed: a stranger could be told as often as anybody likes."""
    if user.email_verified_at is not None:
        write(session, kind, to=user.email, user_id=user.id)


def write_with_link(session: Session, kind: LetterKind, *, to: str, user_id: str) -> None:
    """Have a letter sent whose link is good at once, in place of older ones. The caller holds the user's row."""
    letter = write(session, kind, to=to, user_id=user_id)
    links.issue(session, user_id=user_id, purpose=PURPOSES[kind], address=to, seed=letter.seed)


def has_work() -> ColumnElement[bool]:
    """Say when there is anything to do: one look into one small index."""
    return select(Letter.id).where(_due()).exists()


def take(session: Session, *, limit: int) -> list[Post]:
    """Take letters whose time has come, those first that have waited longest; each goes to one worker alone."""
    first = select(Letter).where(_due()).order_by(col(Letter.due_at)).limit(limit)
    letters = session.exec(first.with_for_update(skip_locked=True)).all()
    return [post for letter in letters if (post := _take(session, letter)) is not None]


def _take(session: Session, letter: Letter) -> Post | None:
    """Work out what this letter tells now, and take it; put it aside if it is of no use to anybody any more."""
    if letter.expires_at <= db.utc_now():
        _end(letter, "too late")
        return None
    told = _told(session, letter)
    if told is None:
        if letter.user_id is None:
            session.delete(letter)  # nobody we know: nothing is kept of the address
        else:
            _end(letter, "overtaken")
        return None
    letter.tries += 1
    letter.due_at = db.utc_now() + LEASE
    purpose, topic = told.purpose, told.topic
    link = links.url_of(purpose, links.token_of(letter.seed)) if purpose else page_of(topic)
    stop = optional.url_of(letter.user_id, topic) if topic and letter.user_id else ""
    return Post(letter.id, letter.tries, told, letter.to_address, link, letter.created_at, stop)


def _told(session: Session, letter: Letter) -> Told | None:
    """Tell what is to be told; `None` if that is nothing: its link is over already, or there is nobody to tell."""
    match letter.kind:
        case LetterKind.RESET:
            return _told_of_reset(session, letter)
        case LetterKind.CHANGE:
            if not _is_good(session, letter, Purpose.CHANGE):
                return None
            return Told.TAKEN if _owner(session, letter.to_address) else Told.CHANGE
        case LetterKind.CONFIRM:
            return Told.CONFIRM if _is_good(session, letter, Purpose.CONFIRM) else None
        case _:
            told = Told(letter.kind)
            return told if told.topic is None or _is_wanted(session, letter, told.topic) else None


def _is_wanted(session: Session, letter: Letter, topic: Topic) -> bool:
    """Tell whether what somebody can do without is still wanted, and still true."""
    reader = optional.find_reader(session, topic, user_id=letter.user_id, address=letter.to_address)
    return reader is not None and not (topic is Topic.LOW and optional.is_enough(reader))


def _told_of_reset(session: Session, letter: Letter) -> Told | None:
    """Find out who asks for a new password, which was put off so that asking takes as long for an address of nobody's."""
    if letter.user_id is not None:
        return Told.RESET if _is_good(session, letter, Purpose.RESET) else None
    user = _owner(session, letter.to_address)
    if user is None or user.is_banned or user.is_demo or user.clerk_state == ClerkState.BLOCKED:
        return None
    if user.password_hash is None:
        return Told.NO_PASSWORD
    letter.user_id = user.id
    links.issue(session, user_id=user.id, purpose=Purpose.RESET, address=user.email, seed=letter.seed)
    return Told.RESET


def _owner(session: Session, address: str) -> User | None:
    if address.endswith(NO_ADDRESS):
        return None
    return session.exec(select(User).where(col(User.email) == address).with_for_update()).first()


def _is_good(session: Session, letter: Letter, purpose: Purpose) -> bool:
    found = links.find(session, token=links.token_of(letter.seed), purposes=(purpose,))
    return found is not None and found.address == letter.to_address


def settle(session: Session, *, post: Post) -> None:
    """Write down that a letter was sent. What is in it goes."""
    _close(session, post, sent_at=db.utc_now(), trouble="")


def give_up(session: Session, *, post: Post, why: str) -> None:
    """Write down that a letter will never be taken."""
    _close(session, post, trouble=why[:200])


def put_off(session: Session, *, post: Post, why: str) -> None:
    """Try a letter again after a pause, each longer than the one before."""
    pause = PAUSES[min(post.turn, len(PAUSES)) - 1]
    again = update(Letter).where(*_mine(post))
    session.exec(again.values(due_at=db.utc_now() + timedelta(seconds=pause), trouble=why[:200]))


def forget_old(session: Session) -> None:
    """Let go of what was done with long ago."""
    old = col(Letter.created_at) < db.utc_now() - KEPT_FOR
    session.exec(delete(Letter).where(old, col(Letter.due_at).is_(None)))


def _close(session: Session, post: Post, **facts: object) -> None:
    emptied = {"to_address": "", "seed": "", "due_at": None}
    session.exec(update(Letter).where(*_mine(post)).values(**emptied, **facts))


def _end(letter: Letter, why: str) -> None:
    letter.to_address, letter.seed, letter.due_at, letter.trouble = "", "", None, why


def _mine(post: Post):  # noqa: ANN202
    """Name the letter as long as it is this worker's: who was too slow has nothing more to say about it."""
    return col(Letter.id) == post.id, col(Letter.tries) == post.turn


def _due():  # noqa: ANN202
    return col(Letter.due_at) <= db.utc_now()
