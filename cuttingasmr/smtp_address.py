"""What `SMTP_URL` says: which server takes our mail, how it is spoken to, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtps": 465, "smtp": 587}
FORMS = (
    "say smtps://host:465, or smtp://host:587 for a server that upgrades by STARTTLS, "
    "with user:password@ before the host"
)


@dataclass(frozen=True)
class SmtpServer:
    """A server that takes mail. Its certificate is always checked; `is_plain` is for one on this very machine alone."""

    host: str
    port: int
    user: str
    password: str
    is_tls: bool
    is_plain: bool


def smtp_server(url: str) -> SmtpServer:
    """Read an address, or raise `ValueError`, which does not repeat it: there is a password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(FORMS) from error
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
        raise ValueError(FORMS)
    asked = parse_qs(parts.query)
    if asked not in ({}, {"tls": ["never"]}):
        raise ValueError(FORMS)
    is_plain = bool(asked)
    if is_plain and (parts.scheme != "smtp" or not _is_here(parts.hostname)):
        raise ValueError("tls=never is for a server on this very machine: nothing else may read our mail")
    return SmtpServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=parts.scheme == "smtps",
        is_plain=is_plain,
    )


def checked_smtp_url(url: str) -> str:
    """Give an address back, or nothing for nothing; or raise `ValueError`."""
    if url:
        smtp_server(url)
    return url


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
