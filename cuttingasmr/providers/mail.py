"""Mail: an SMTP server where `SMTP_URL` names one, else, in development, the sandbox, which shows what it was given.

Certificates are checked. Nothing here is repeated: a letter whose fate is unknown is for the outbox to try again.
"""

from __future__ import annotations

import contextlib
import ssl
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Protocol, cast

import aiosmtplib
import httpx
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from email_validator import EmailNotValidError, validate_email

from cuttingasmr.providers.http import client
from cuttingasmr.settings import get_settings
from cuttingasmr.smtp_address import SmtpServer, smtp_server

SECONDS, LEAVE_SECONDS = 20.0, 2.0
"""How long a server may take for one answer, and for the one to our leaving."""

FOR_GOOD = range(500, 600)
UNREADABLE = 422


class _ListUnsubscribe(UnstructuredHeader):
    """This header, never folded: `email` folds a long address into encoded words, which no mail program reads there."""

    def fold(self, *, policy: Policy) -> str:
        """Write it as it is; a line may have 998 characters (RFC 5322, 2.1.1)."""
        return f"List-Unsubscribe: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", cast("type", _ListUnsubscribe))


class MailRefused(Exception):
    """The server will never take this letter: there is no such address, or it does not like what is in it."""


class MailUnavailable(Exception):
    """The letter was not taken now. The next try may go well; this one may even have."""


class Mailer(Protocol):
    """Somebody who takes mail."""

    async def deliver(self, message: EmailMessage, *, to: str) -> None:
        """Hand one message over. Returning means that it is theirs now. Raises `MailRefused` or `MailUnavailable`."""
        ...


@cache
def get_mailer() -> Mailer:
    """Give the one of this process."""
    settings = get_settings()
    if settings.smtp_url:
        return SmtpMailer(smtp_server(settings.smtp_url))
    return SandboxMailer(settings.sandbox_url)


def new_message(
    *, name: str, written_at: datetime, to: str, subject: str, text: str, html: str, stop: str = ""
) -> EmailMessage:
    """Write a message as plain text and as HTML. Raises `MailRefused` for an address to which no message can be written.

    `name` makes its `Message-ID`; `stop` is the address by which mail programs stop such letters (RFC 8058). No header can hold the end of a line: `email` raises `ValueError`, and who writes is checked.
    """
    address = wire_address(to)
    shown, sender = parseaddr(get_settings().mail_from)
    message = EmailMessage(policy=(SMTP if address.isascii() else SMTPUTF8).clone(header_factory=_headers))
    message["From"] = _named_address(shown, sender)
    message["To"] = _named_address("", address)
    message["Subject"] = subject
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{name}@{sender.rpartition('@')[2]}>"
    if stop:
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's "I am on holiday" answers it
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def wire_address(address: str) -> str:
    """Write an address as it is on the wire: its domain in ASCII. Raises `MailRefused` for what is none."""
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise MailRefused("this is no address") from error
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def _named_address(name: str, address: str) -> Address:
    user, _, domain = wire_address(address).rpartition("@")
    return Address(name, user, domain)


class SmtpMailer:
    """An SMTP server: by TLS from the start, or upgraded by STARTTLS and refused if it cannot."""

    def __init__(self, server: SmtpServer) -> None:
        """Speak to this server, with a connection for each letter."""
        self._server = server

    async def deliver(self, message: EmailMessage, *, to: str) -> None:
        """Hand one message over."""
        address, sender = wire_address(to), wire_address(parseaddr(get_settings().mail_from)[1])
        line = self._line(sender.rpartition("@")[2])
        try:
            await line.connect()
            await line.send_message(message, sender=sender, recipients=[address])
            with contextlib.suppress(
                SMTPException, OSError
            ):  # it is theirs by now, however they take their leave
                await line.quit(timeout=LEAVE_SECONDS)
        except (SMTPException, OSError, ValueError) as error:
            raise _named(error) from error
        finally:
            line.close()  # at once: who says nothing is not waited for to say goodbye

    def _line(self, our_name: str) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=our_name,
            use_tls=server.is_tls,
            start_tls=not (server.is_tls or server.is_plain),
            tls_context=None if server.is_plain else ssl.create_default_context(),
            timeout=SECONDS,
        )


class SandboxMailer:
    """The sandbox, in development."""

    def __init__(self, sandbox_url: str) -> None:
        """Post what is sent to the sandbox at this address."""
        self._url = f"{sandbox_url}/mail/messages"

    async def deliver(self, message: EmailMessage, *, to: str) -> None:
        """Hand one message over, as it would go over the wire."""
        del to
        headers = {"Content-Type": "message/rfc822"}
        try:
            answer = await client().post(
                self._url, content=message.as_bytes(), headers=headers, timeout=SECONDS
            )
        except httpx.HTTPError as error:
            raise MailUnavailable(type(error).__name__) from error
        if answer.status_code == UNREADABLE:
            raise MailRefused("the sandbox refuses it")
        if not answer.is_success:
            raise MailUnavailable(f"the sandbox says {answer.status_code}")


def _named(error: Exception) -> Exception:
    """Tell what is wrong with the letter from what is wrong with the server, or between us and it.

    Only a clear "no" (5xx) to the address or to the content is the letter's; one to our name and password, or to our own
    address, is for the operator to mend. What a server says of it may hold an address, and is not repeated.
    """
    match error:
        case SMTPRecipientsRefused(recipients=[first, *_]) if first.code in FOR_GOOD:
            return MailRefused(f"the address is refused: {first.code}")
        case SMTPDataError() if error.code in FOR_GOOD:
            return MailRefused(f"the letter is refused: {error.code}")
        case SMTPNotSupported() if "SMTPUTF8" in error.message.upper():
            return MailRefused("the server writes to no such address")
        case SMTPResponseException():
            return MailUnavailable(f"{type(error).__name__}: {error.code}")
        case _:
            return MailUnavailable(type(error).__name__)
