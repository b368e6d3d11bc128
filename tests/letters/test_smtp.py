"""Handing letters to a real SMTP server: over TLS, with a password, and what is made of its refusals; and what is in a letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from cuttingasmr import db
from cuttingasmr.letters import sending
from cuttingasmr.letters.outbox import Post
from cuttingasmr.letters.wording import LINKED, Told
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.mail import MailRefused, MailUnavailable, get_mailer, new_message
from cuttingasmr.settings import get_settings
from tests.support.ports import free_port
from tests.support.smtp import PASSWORD, USER, PostOffice, certify, login

LINK = "https://asmr.example/verify-email#" + "x" * 43
WHO = f"{USER}:{quote(PASSWORD, safe='')}"


@pytest.fixture(autouse=True)
def _nobody_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
    get_mailer.cache_clear()


def post(told: Told = Told.CONFIRM, to: str = "ada@example.org") -> Post:
    link = LINK if told in LINKED else ""
    return Post(new_id(), 1, told, to, link, dt.datetime(2026, 11, 25, 12, 30, tzinfo=dt.UTC))


async def deliver(letter: Post) -> None:
    await get_mailer().deliver(sending.compose(letter), to=letter.to)


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
async def test_a_letter_goes_over_tls_to_who_can_prove_to_be_the_server(
    scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context, trusted = certify(tmp_path)
    tls = (
        {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    )
    auth = {"authenticator": login, "auth_require_tls": scheme == "smtp"}
    with PostOffice(**tls, **auth) as office:
        url = f"{scheme}://{WHO}@127.0.0.1:{office.port}"
        office.take_mail_of_this_process(monkeypatch, url)
        with pytest.raises(MailUnavailable):  # nobody has vouched for this certificate
            await deliver(post())
        assert office.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

        await deliver(post())

        assert [letter.to for letter in office.letters] == ["ada@example.org"]
        office.take_mail_of_this_process(monkeypatch, url.replace(USER, "somebody", 1))
        with pytest.raises(MailUnavailable, match="535"):  # ours to mend: the letter stays
            await deliver(post())


async def test_a_server_that_cannot_be_spoken_to_in_private_gets_nothing(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take_mail_of_this_process(monkeypatch, f"smtp://127.0.0.1:{office.port}")

    with pytest.raises(MailUnavailable):
        await deliver(post())

    assert (office.letters, office.arrivals) == ([], 0)


async def test_a_closed_port_is_a_server_that_is_away(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take_mail_of_this_process(monkeypatch, f"smtp://127.0.0.1:{free_port()}?tls=never")

    with pytest.raises(MailUnavailable):
        await deliver(post())


@pytest.mark.parametrize(
    ("stage", "said", "error"),
    [
        pytest.param("RCPT", "550 nobody here", MailRefused, id="no such address"),
        pytest.param("RCPT", "452 the box is full", MailUnavailable, id="a full box"),
        pytest.param("DATA", "554 spam", MailRefused, id="its content"),
        pytest.param("DATA", "451 later", MailUnavailable, id="later"),
        pytest.param("RCPT", "421 closing", MailUnavailable, id="closing"),
    ],
)
async def test_only_a_clear_no_ends_a_letter(
    office: PostOffice, stage: str, said: str, error: type[Exception]
) -> None:
    office.says[stage] = said

    with pytest.raises(error) as refusal:
        await deliver(post())

    assert "example.org" not in str(refusal.value)


async def test_an_address_that_the_server_cannot_write_is_refused_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with PostOffice(enable_SMTPUTF8=False) as office:
        office.take_mail_of_this_process(monkeypatch)

        with pytest.raises(MailRefused):
            await deliver(post(to="zoë@example.org"))
        await deliver(post(to="ada@bücher.example"))  # its domain can be written in ASCII

        assert [letter.to for letter in office.letters] == ["ada@xn--bcher-kva.example"]


async def test_a_letter_has_what_a_letter_needs(office: PostOffice) -> None:
    letter = post()

    await deliver(letter)

    (taken,) = office.letters
    message = taken.message
    assert taken.sender == "no-reply@cuttingasmr.example"
    assert message["From"] == "CuttingASMR <no-reply@cuttingasmr.example>"
    assert message["Message-ID"] == f"<{letter.id}@cuttingasmr.example>"
    assert message["Date"].datetime == letter.written_at
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("told", [pytest.param(told, id=told) for told in Told])
async def test_every_letter_reads_alike_as_text_and_as_html(office: PostOffice, told: Told) -> None:
    await deliver(post(told))

    (taken,) = office.letters
    read = Reader()
    read.feed(taken.html)
    words = " ".join(read.words)
    for line in taken.text.split("\n"):
        assert line.strip().removesuffix(":") in words
    assert read.links == ([LINK, LINK] if told in LINKED else [])
    assert (LINK in taken.text) is (told in LINKED)
    assert not read.loads
    assert "{" not in taken.text


class Reader(HTMLParser):
    """Reads a letter's HTML: its words, its links, and whatever it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str | None] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag in {"img", "script", "link", "iframe", "form", "object"} or "src" in dict(attrs):
            self.loads.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


@pytest.mark.parametrize(
    "to",
    [
        pytest.param("ada@example.org\r\nBcc: eve@example.org", id="a header"),
        pytest.param("ada@example.org\nSubject: hello", id="another"),
        pytest.param("ada@example.org, eve@example.org", id="two"),
        pytest.param("Ada <ada@example.org>", id="a name"),
        pytest.param("", id="nobody"),
        pytest.param("ada@example.org\0", id="NUL"),
    ],
)
def test_no_address_adds_a_header_or_a_receiver(to: str) -> None:
    with pytest.raises(MailRefused):
        new_message(name="x", written_at=db.utc_now(), to=to, subject="s", text="t", html="h")


@pytest.mark.parametrize("subject", ["a\r\nBcc: eve@example.org", "a\nb", "a\rb"])
def test_no_subject_adds_a_header(subject: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        new_message(
            name="x", written_at=db.utc_now(), to="ada@example.org", subject=subject, text="t", html="h"
        )
