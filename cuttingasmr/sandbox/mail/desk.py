"""The post office: takes messages in, lists them, shows them. One rule: it forwards nothing to anybody."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.store import Store
from cuttingasmr.sandbox.stranger import Operation

from .message import Message, Unreadable, checked
from .pages import inside, letter_page, list_page, no_letter_page

KIND = "letter"
MOST = 500
"""So many are kept; older ones go."""


class Mail:
    """`/mail` and what is below it."""

    name = "mail"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._messages: OrderedDict[str, Message] = OrderedDict()
        for body in store.kept(KIND):
            self._remember(Message(body["id"], body["received_ms"], body["raw"]))

    def operations(self) -> Sequence[Operation]:
        """All that it can be asked; what only shows is never broken, as another machine's pages are not."""
        return [
            Operation("POST", "/messages", "messages", self._receive),
            Operation("GET", "", "", self._list, breaks="never"),
            Operation("GET", "/messages", "", self._list_json, breaks="never"),
            Operation("GET", "/messages/{id}", "", self._show, breaks="never"),
            Operation("GET", "/messages/{id}/html", "", self._show_html, breaks="never"),
            Operation("GET", "/messages/{id}/raw", "", self._show_raw, breaks="never"),
        ]

    def refuse(self, status: int, message: str) -> Response:
        """Build an error."""
        return JSONResponse({"error": message}, status_code=status)

    def key_of(self, request: Request) -> str:
        """Return nothing: anybody may hand mail in."""
        del request
        return ""

    def forget(self) -> None:
        """Empty the box."""
        self._messages.clear()

    async def _receive(self, request: Request) -> Response:
        try:
            raw = checked(await request.body())
        except Unreadable as reason:
            request.state.operation = "messages-refused"
            return self.refuse(422, f"Not taken: {reason}.")
        message = Message(uuid4().hex, round(time.time() * 1000), raw)
        self._store.keep(
            KIND, message.id, {"id": message.id, "received_ms": message.received_ms, "raw": message.raw}
        )
        self._remember(message)
        return JSONResponse({"id": message.id}, status_code=201)

    async def _list(self, _request: Request) -> Response:
        return list_page(self._newest())

    async def _list_json(self, request: Request) -> Response:
        """List messages, the newest first; `?to=` keeps those to one address."""
        to = request.query_params.get("to", "")
        found = [message for message in self._newest() if not to or message.header("To") == to]
        return JSONResponse({"total": len(found), "messages": [message.as_dict() for message in found]})

    async def _show(self, request: Request) -> Response:
        message = self._find(request)
        return letter_page(message) if message else no_letter_page()

    async def _show_html(self, request: Request) -> Response:
        message = self._find(request)
        return inside(message.html) if message else no_letter_page()

    async def _show_raw(self, request: Request) -> Response:
        message = self._find(request)
        if message is None:
            return no_letter_page()
        return Response(message.raw.encode("latin-1"), media_type="text/plain; charset=utf-8")

    def _find(self, request: Request) -> Message | None:
        return self._messages.get(request.path_params["id"])

    def _newest(self) -> list[Message]:
        return list(reversed(self._messages.values()))

    def _remember(self, message: Message) -> None:
        self._messages[message.id] = message
        while len(self._messages) > MOST:
            self._messages.popitem(last=False)
