"""Speaking to the sandbox's Creem as a merchant does, as a buyer does, and through its own door."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from .conftest import Receiver, Sandbox, wait_until

KEY = "creem_test_key"
SECRET = "whsec_sandbox"
RETURN = "http://localhost:3000/payment/success"


def ask(sandbox: Sandbox, method: str, path: str, *, key: str = KEY, **options: Any) -> httpx.Response:
    headers = {"x-api-key": key} if key else {}
    return sandbox.http.request(method, f"/creem{path}", headers=headers, **options)


def open_checkout(sandbox: Sandbox, product: str = "starter", **fields: object) -> dict[str, Any]:
    told = {"product_id": f"prod_sandbox_{product}", **fields}
    answer = ask(sandbox, "POST", "/v1/checkouts", json=told)
    assert answer.status_code == 200, answer.text
    return answer.json()


def door(sandbox: Sandbox, path: str, **told: object) -> dict[str, Any]:
    answer = sandbox.http.post(f"/creem/sandbox/{path}", json=told)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pay(sandbox: Sandbox, checkout: str, **told: object) -> dict[str, Any]:
    return door(sandbox, f"checkouts/{checkout}/pay", **told)


def paid(sandbox: Sandbox, product: str = "starter", **told: object) -> dict[str, Any]:
    """Open a checkout and pay it, telling nobody."""
    return pay(sandbox, open_checkout(sandbox, product)["id"], **{"deliver": "never", **told})


def listen(sandbox: Sandbox, receiver: Receiver) -> None:
    assert sandbox.control(provider="creem", webhookUrl=receiver.url).status_code == 200


def event(sandbox: Sandbox, identity: str) -> dict[str, Any]:
    events = sandbox.http.get("/creem/sandbox/events").json()["events"]
    return next(one for one in events if one["id"] == identity)


def told(sandbox: Sandbox, receiver: Receiver, made: dict[str, Any]) -> dict[str, Any]:
    """Wait for an event to be delivered: its body, as it arrived."""
    wait_until(lambda: event(sandbox, made["eventId"])["state"] == "delivered")
    return next(one.body for one in receiver.deliveries if one.body["id"] == made["eventId"])


def signed(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed_return(url: str, key: str) -> bool:
    """Check a redirect as a merchant would."""
    *named, (last, signature) = parse_qsl(urlsplit(url).query)
    data = "|".join(f"{name}={value}" for name, value in named) + f"|salt={key}"
    return (last, signature) == ("signature", hashlib.sha256(data.encode()).hexdigest())


def parameters(url: str) -> list[str]:
    return [name for name, _ in parse_qsl(urlsplit(url).query)]
