"""A browser's websocket without the browser: whoever opens one can call any event handler with anything."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Self, cast
from uuid import uuid4

from reflex_base.event import EventHandler
from reflex_base.utils.format import format_event_handler
from reflex_base.vars.base import Var
from websockets.sync.client import connect

NAMESPACE = "/_event"
PATIENCE = 10.0
"""Seconds for an answer that must come, on a machine that has much else to do."""


class Socket:
    """One connection, spoken to in Socket.IO's own frames (engine.io 4). `cookie` is what its handshake brings, `via` what a proxy says."""

    def __init__(self, url: str, *, cookie: str = "", path: str = "/", via: str = "") -> None:
        host = url.removeprefix("http://")
        self._token = str(uuid4())
        self._path = path
        said = {"Cookie": cookie, "X-Forwarded-For": via}
        headers = {name: value for name, value in said.items() if value}
        self._opened = connect(
            f"ws://{host}{NAMESPACE}/?EIO=4&transport=websocket&token={self._token}",
            origin=url,  # pyright: ignore[reportArgumentType]
            additional_headers=headers,
            proxy=None,
        )
        self._line = self._opened.__enter__()
        self.state: dict[str, Any] = {}
        self._line.recv(timeout=5)
        self._line.send(f"40{NAMESPACE},")
        self._until(lambda frame: frame.startswith("40"))
        self.send("reflex___state____state.hydrate_and_load", {})
        self.settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._opened.__exit__(None, None, None)

    def call(self, handler: EventHandler, **payload: Any) -> Self:
        """Call an event handler with these arguments, and wait until it has answered."""
        return self.send(format_event_handler(handler), payload).settle(PATIENCE)

    def call_in_vain(self, handler: EventHandler) -> Self:
        """Call an event handler that has nothing to say, and give it time to say something all the same."""
        return self.send(format_event_handler(handler), {}).settle()

    def tell(self, handler: EventHandler, **payload: Any) -> Self:
        """Call an event handler without waiting for what it says."""
        return self.send(format_event_handler(handler), payload)

    def send(self, name: str, payload: object) -> Self:
        """Send any event at all."""
        route = {"pathname": self._path, "asPath": self._path}
        event = {"name": name, "payload": payload, "router_data": route}
        self._line.send(f'42{NAMESPACE},["event",{json.dumps(event)}]')
        return self

    def settle(self, first: float = 0.4, quiet: float = 0.06) -> Self:
        """Take in what the server says: wait so long for its first word, then until it has been quiet for so long."""
        patience = first
        try:
            while True:
                self._take(self._line.recv(timeout=patience))
                patience = quiet
        except TimeoutError:
            return self

    def __getitem__(self, var: object) -> Any:  # noqa: ANN401 - a var can be anything
        """Give the value of a var of a state, `Studio.error` say, as this page has it now."""
        data = cast("Var[Any]", var)._get_all_var_data()
        return self.state.get(f"{data.state}.{data.field_name}") if data else None

    def _until(self, done: Callable[[str], bool], seconds: float = 5) -> None:
        deadline = time.monotonic() + seconds
        while not done(str(self._line.recv(timeout=max(0.01, deadline - time.monotonic())))):
            continue

    def _take(self, frame: str | bytes) -> None:
        text = str(frame)
        if text == "2":
            self._line.send("3")
        if not text.startswith(f"42{NAMESPACE},"):
            return
        said = json.loads(text.removeprefix(f"42{NAMESPACE},"))
        if said[0] != "event":
            return
        for state, changes in (said[1].get("delta") or {}).items():
            for name, value in changes.items():
                self.state[f"{state}.{name.removesuffix('_rx_state_')}"] = value
