"""Clerk as a whole (`providers.md` 3). One rule: this only puts the parts together."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from cuttingasmr.sandbox.store import Store
from cuttingasmr.sandbox.stranger import Operation

from .api import Api, secret_in
from .door import Door
from .frontend import Frontend
from .keys import Keys
from .people import People
from .post import Post
from .refusal import clerk_error
from .settings import ClerkSettings
from .tokens import Tokens


class Clerk:
    """The stranger at `/clerk`. Any secret key is accepted, except one with `bad` in it."""

    name = "clerk"

    def __init__(self, settings: ClerkSettings, store: Store, count: Callable[[str], None]) -> None:
        self.post = Post(settings, count)
        self._keys, self._people = Keys(store), People(store)
        tokens = Tokens(self._keys)
        self._parts = (
            Api(self._keys, self._people, self._tell),
            Frontend(self._keys, self._people, tokens, self._tell),
            Door(self._keys, self._people, tokens, self.post),
        )

    def operations(self) -> Sequence[Operation]:
        """List what Clerk can be asked."""
        return [operation for part in self._parts for operation in part.operations()]

    def refuse(self, status: int, message: str) -> Response:
        """Build an error in Clerk's shape."""
        return clerk_error(status, "error", message)

    def key_of(self, request: Request) -> str:
        """Return the secret key that came as a bearer."""
        return secret_in(request)

    def resume(self) -> None:
        """Take up what a former run left."""
        self._keys.resume()
        self._people.resume()

    def forget(self) -> None:
        """Begin anew."""
        for part in (self._keys, self._people, self.post):
            part.forget()

    async def close(self) -> None:
        """Stop delivering."""
        await self.post.close()

    def _tell(self, kind: str, data: dict[str, Any]) -> object:
        return self.post.tell(kind, data, instance=self._keys.name)
