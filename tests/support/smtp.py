"""A real SMTP server on this machine, which takes letters, refuses them, puts them off, or says nothing, as a test likes."""

from __future__ import annotations

import asyncio
import re
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple, Self, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cuttingasmr.providers.mail import get_mailer
from cuttingasmr.settings import get_settings
from tests.support.ports import free_port

USER, PASSWORD = "us", "p@ss/word"
LINK = re.compile(r"https?://\S+#([\w-]{43})")


class Taken(NamedTuple):
    """A letter as it came: from whom and to whom the envelope says, and what is in it."""

    sender: str
    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def token(self) -> str:
        """The token of its link."""
        found = LINK.search(self.text)
        assert found is not None, self.text
        return found[1]


class PostOffice:
    """The server. `says` has what it answers instead of yes: to an address, to `RCPT` or to `DATA`; `speaks` may be cleared."""

    def __init__(self, **options: Any) -> None:
        self.letters: list[Taken] = []
        self.says: dict[str, str] = {}
        self.speaks = True
        self.arrivals = 0
        self.port = free_port()
        self._is_over = False
        self._options = options
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    @property
    def url(self) -> str:
        """Its address for who is on this machine."""
        return f"smtp://127.0.0.1:{self.port}?tls=never"

    def take_mail_of_this_process(self, monkeypatch: pytest.MonkeyPatch, url: str = "") -> None:
        """Let this process hand its mail in here from now on."""
        monkeypatch.setenv("SMTP_URL", url or self.url)
        get_settings.cache_clear()
        get_mailer.cache_clear()

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._controller.stop()

    def to(self, address: str) -> list[Taken]:
        """List the letters to one address, in the order in which they came."""
        return [letter for letter in self.letters if letter.to == address]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Say whether there is such an address."""
        self.arrivals += 1
        await self._think()
        if said := self.says.get(address) or self.says.get("RCPT"):
            return said
        envelope.rcpt_tos.append(address)
        return "250 there is"

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take a letter."""
        if said := self.says.get("DATA"):
            return said
        message = cast("EmailMessage", message_from_bytes(cast("bytes", envelope.content), policy=default))
        (to,) = envelope.rcpt_tos
        self.letters.append(Taken(str(envelope.mail_from), to, message))
        if said := self.says.get("AFTER"):
            return said
        return "250 taken"

    async def handle_QUIT(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802 - the same
        """Say goodbye."""
        while "QUIT" in self.says and not self._is_over:  # noqa: ASYNC110 - both are set by other threads
            await asyncio.sleep(0.01)
        return "221 goodbye"

    async def _think(self) -> None:
        while not self.speaks and not self._is_over:  # noqa: ASYNC110 - both are set by other threads
            await asyncio.sleep(0.01)


def login(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    """Let in who knows the password."""
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == known, handled=False)


def certify(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for 127.0.0.1; gives what a server needs of it, and the file by which a client trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's post office")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, secret = folder / "certificate.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, secret)
    return context, trusted
