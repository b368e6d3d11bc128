"""One received message, read. One rule: whatever is in it, reading it gives words or nothing, and never fails."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

NEEDED = ("From", "To", "Date", "Message-ID", "Subject")
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


class Unreadable(Exception):
    """This is no message that a mail server would take on."""


@dataclass(frozen=True)
class Message:
    """A message: when it came (ms), and what is in it."""

    id: str
    received_ms: int
    raw: str

    def _parsed(self) -> EmailMessage:
        raw = self.raw.encode("latin-1")
        return cast("EmailMessage", message_from_bytes(raw, policy=default))

    def header(self, name: str) -> str:
        """Give a header's words, or nothing."""
        return str(self._parsed().get(name, ""))

    @property
    def text(self) -> str:
        """The plain text, or nothing."""
        return _part(self._parsed(), "plain")

    @property
    def html(self) -> str:
        """The HTML, or nothing."""
        return _part(self._parsed(), "html")

    def links(self) -> list[str]:
        """List the addresses in the plain text, in their order."""
        return LINK.findall(self.text)

    def as_dict(self) -> dict[str, object]:
        """Show all of it to a program."""
        return {
            "id": self.id,
            "received": self.received_ms,
            "from": self.header("From"),
            "to": self.header("To"),
            "subject": self.header("Subject"),
            "date": self.header("Date"),
            "messageId": self.header("Message-ID"),
            "text": self.text,
            "html": self.html,
            "links": self.links(),
        }


def checked(raw: bytes) -> str:
    """Give what came as it is kept, or raise `Unreadable` for what a mail server would not take."""
    parsed = cast("EmailMessage", message_from_bytes(raw, policy=default))
    missing = [name for name in NEEDED if not str(parsed.get(name, "")).strip()]
    if missing:
        message = f"a message needs {', '.join(missing)}"
        raise Unreadable(message)
    doubled = [name for name in NEEDED if len(parsed.get_all(name, [])) > 1]
    if doubled:
        message = f"a message has one {doubled[0]}"
        raise Unreadable(message)
    if not isinstance(parsed["Date"].datetime, datetime):
        message = "its Date is none"
        raise Unreadable(message)
    return raw.decode("latin-1")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows
        return ""
