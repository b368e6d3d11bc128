"""The sandbox's mailbox: what a site writes to people is kept, listed and shown, and nothing in it can do any harm."""

from __future__ import annotations

from email.message import EmailMessage

import httpx
import pytest

from .conftest import Sandbox

LINK = "http://127.0.0.1:3000/verify-email#x_-y"
EVIL = '<script>alert(1)</script><img src="http://evil.example/pixel"><a href="http://127.0.0.1:3000/#a">open</a>'


def message(**headers: str) -> EmailMessage:
    written = EmailMessage()
    told = {
        "From": "Site <site@example.org>",
        "To": "ada@example.org",
        "Subject": "Hello <b>you</b>",
        "Date": "Wed, 25 Nov 2026 12:00:00 +0000",
        "Message-ID": "<1@example.org>",
        **headers,
    }
    for name, value in told.items():
        if value:
            written[name] = value
    written.set_content(
        f"Open it:\n{LINK}\n\n<script>alert(1)</script> & more, or http://a.example/b?c=1&d=2.\n"
    )
    written.add_alternative(EVIL, subtype="html")
    return written


def send(sandbox: Sandbox, raw: bytes) -> httpx.Response:
    return sandbox.http.post("/mail/messages", content=raw, headers={"content-type": "message/rfc822"})


def test_a_message_is_listed_for_programs_and_for_people_the_newest_first(sandbox: Sandbox) -> None:
    assert "No letter yet" in sandbox.http.get("/mail").text
    for to in ("ada@example.org", "zoë@bücher.example"):
        assert send(sandbox, message(To=to, Subject=f"For {to} 🍯").as_bytes()).status_code == 201

    listed = sandbox.http.get("/mail/messages").json()
    one = sandbox.http.get("/mail/messages", params={"to": "ada@example.org"}).json()
    page = sandbox.http.get("/mail").text

    assert listed["total"] == 2
    assert [it["to"] for it in listed["messages"]] == ["zoë@bücher.example", "ada@example.org"]
    assert one["total"] == 1
    assert one["messages"][0]["links"] == [LINK, "http://a.example/b?c=1&d=2"]
    assert one["messages"][0]["messageId"] == "<1@example.org>"
    assert page.index("For zoë@bücher.example 🍯") < page.index("For ada@example.org 🍯")
    assert 'href="/mail"' in sandbox.http.get("/").text
    assert sandbox.counts("mail") == {"messages": 2}


def test_a_message_can_be_read_and_its_links_opened_and_nothing_in_it_runs(sandbox: Sandbox) -> None:
    name = send(sandbox, message().as_bytes()).json()["id"]

    page = sandbox.http.get(f"/mail/messages/{name}")
    inside = sandbox.http.get(f"/mail/messages/{name}/html")
    raw = sandbox.http.get(f"/mail/messages/{name}/raw")

    assert "Hello &lt;b&gt;you&lt;/b&gt;" in page.text
    assert f'<a href="{LINK}" rel="noreferrer">{LINK}</a>' in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert inside.text.endswith(f"{EVIL}\n")
    assert "sandbox allow-popups" in inside.headers["content-security-policy"]
    assert "default-src 'none'" in inside.headers["content-security-policy"]
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert sandbox.http.get("/mail/messages/nobody").status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello", id="no message"),
        pytest.param(message(Subject="").as_bytes(), id="no subject"),
        pytest.param(message(To="").as_bytes(), id="to nobody"),
        pytest.param(message(Date="").as_bytes(), id="no date"),
        pytest.param(message(**{"Message-ID": ""}).as_bytes(), id="no name"),
        pytest.param(b"To: eve@example.org\n" + message().as_bytes(), id="two receivers"),
        pytest.param(b"\xff\xfe\x00" * 1000, id="rubbish"),
    ],
)
def test_what_a_mail_server_would_not_take_is_refused(sandbox: Sandbox, raw: bytes) -> None:
    assert send(sandbox, raw).status_code == 422
    assert sandbox.http.get("/mail/messages").json()["total"] == 0


def test_mail_breaks_as_the_other_strangers_do_and_its_pages_stay_up(sandbox: Sandbox) -> None:
    sandbox.control(provider="mail", mode="500", seconds=30)

    assert send(sandbox, message().as_bytes()).status_code == 500
    assert sandbox.http.get("/mail").status_code == 200

    sandbox.control(provider="mail", mode="down", seconds=30)
    with pytest.raises(httpx.TransportError):
        send(sandbox, message().as_bytes())
    sandbox.control(provider="mail", mode="ok")
    assert send(sandbox, message().as_bytes()).status_code == 201


def test_mail_survives_a_restart_and_a_reset_empties_the_box(sandbox: Sandbox) -> None:
    send(sandbox, message().as_bytes())

    sandbox.process.kill9()
    sandbox.start()

    assert sandbox.http.get("/mail/messages").json()["total"] == 1
    sandbox.http.post("/control/reset")
    assert sandbox.http.get("/mail/messages").json()["total"] == 0
