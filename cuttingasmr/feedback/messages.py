"""Messages to the operators: checked, and written down. Anybody can write one, with an account or without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, select

from cuttingasmr.errors import Invalid, InvalidEmail, NotFound
from cuttingasmr.models import Feedback, FeedbackKind, User, Video

LONGEST: Final = 5000
LONGEST_PAGE: Final = 300
VIDEO = re.compile(r"[0-9a-f]{32}")


class EmptyMessage(Invalid):
    """Please write something first."""


class LongMessage(Invalid):
    """Please keep it to 5,000 characters."""


class UnknownKind(Invalid):
    """Choose what it is about: an idea, a problem, praise, a question, or something else."""


@dataclass(frozen=True)
class Message:
    """What somebody says, checked. `page` is the address they came from; `email` is theirs to leave out."""

    text: str
    kind: FeedbackKind
    page: str
    video_id: str
    email: str

    @classmethod
    def checked(cls, *, message: object, kind: str, page: str, video_id: str, email: str) -> Self:
        """Check it all, or raise `Invalid` with what to change."""
        if kind and kind not in list(FeedbackKind):
            raise UnknownKind
        return cls(
            _checked_text(message),
            FeedbackKind(kind) if kind else FeedbackKind.OTHER,
            _visible(page)[:LONGEST_PAGE].strip(),
            video_id.strip(),
            _checked_email(email),
        )


def write(session: Session, *, message: Message, user: User | None) -> Feedback:
    """Keep a message. Raises `NotFound` when it is about a video that this person cannot see."""
    if message.video_id and not _can_see(session, message.video_id, user):
        raise NotFound
    row = Feedback(
        user_id=user.id if user else None,
        email=message.email,
        kind=message.kind,
        message=message.text,
        page=message.page,
        video_id=message.video_id or None,
    )
    session.add(row)
    session.flush()
    return row


def thanked_among(session: Session, *, audit_ids: list[str]) -> frozenset[str]:
    """Tell which of these audit lines, which credit entries refer to, are thanks for a message."""
    known = [int(audit_id) for audit_id in audit_ids if audit_id.isdecimal()]
    found = select(Feedback.thanks_audit_id).where(col(Feedback.thanks_audit_id).in_(known))
    return frozenset(str(audit_id) for audit_id in session.exec(found)) if known else frozenset()


def _can_see(session: Session, video_id: str, user: User | None) -> bool:
    video = session.get(Video, video_id) if VIDEO.fullmatch(video_id) else None
    if video is None or video.purged_at is not None:
        return False
    is_shared = video.is_shared and video.deleted_at is None
    return is_shared or (user is not None and video.user_id == user.id)


def _checked_text(message: object) -> str:
    if not isinstance(message, str):
        raise EmptyMessage
    text = _visible(message.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t").strip()
    if not text or not any(character.isprintable() and not character.isspace() for character in text):
        raise EmptyMessage
    if len(text) > LONGEST:
        raise LongMessage
    return text


def _visible(text: str, *, keep: str = "") -> str:
    """Leave out control characters and broken halves of characters, which no database keeps alike."""
    return "".join(
        character
        for character in text
        if character in keep
        or not (character < " " or "\x7f" <= character < "\xa0" or "\ud800" <= character < "\ue000")
    )


def _checked_email(email: str) -> str:
    if not email.strip():
        return ""
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=False)
    except EmailNotValidError as error:
        raise InvalidEmail from error
    return found.normalized
