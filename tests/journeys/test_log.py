"""The log of a whole site, after people have used and misused it."""

from __future__ import annotations

import secrets

from cuttingasmr.auth.sessions import COOKIE
from cuttingasmr.states.studio import Studio
from tests.support.site import PASSWORD
from tests.support.socket import Socket
from tests.support.watched import WatchedSite


def test_nothing_of_anybodys_stands_in_the_log(quiet_site: WatchedSite) -> None:
    secret, email = f"honey{secrets.token_hex(6)}", f"{secrets.token_hex(6)}@example.org"
    ada = quiet_site.visitor()
    ada.sign_up(email)
    ada.sign_up(email)  # taken
    ada.http.post("/api/auth/sign-in", json={"email": email, "password": f"{PASSWORD}{secret}"})
    ada.generate(secret)
    ada.generate(f"sandbox:deny {secret}")
    ada.http.post("/api/generate-video", content=f'{{"prompt": "{secret}'.encode())
    ada.http.post("/api/webhooks/creem", content=secret.encode(), headers={"creem-signature": secret})
    ada.http.get(f"/api/video-status/{secret}")
    token = ada.http.cookies[COOKIE]
    with Socket(quiet_site.url, cookie=f"{COOKIE}={token}") as socket:
        socket.call(Studio.event_handlers["start"], form={"__reflex_form_data__": secret})
        socket.call(Studio.event_handlers["start"], form={"prompt": secret, "ratio": email})
        socket.call(Studio.event_handlers["choose"], wrong=secret)
        socket.send(f"no.such.handler.{secret[:2]}", {"prompt": secret, "email": email}).settle()
        socket._line.send(f'42/_event,["event","{secret} {email}"]')
        socket.settle()

    log = quiet_site.process.log.read_text()

    assert "event.failed" in log, "the misuse was noticed"
    for private in (secret, email, token, PASSWORD):
        assert private not in log
