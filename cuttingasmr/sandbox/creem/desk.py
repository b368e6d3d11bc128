"""Creem as a whole (`providers.md` 1). One rule: this only puts the parts together."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from cuttingasmr.sandbox.store import Store
from cuttingasmr.sandbox.stranger import Operation

from .api import Api
from .books import Books
from .door import Door
from .moderation import Moderation
from .pages import Pages
from .post import Post
from .settings import CreemSettings
from .speech import creem_error, key_in
from .till import Till


class Creem:
    """The stranger at `/creem`. Any API key is accepted, except one with `bad` in it."""

    name = "creem"

    def __init__(self, settings: CreemSettings, store: Store, count: Callable[[str], None]) -> None:
        self.post = Post(settings, store, count)
        self._books = Books(store, settings.products)
        till = Till(settings, store, self._books, self.post)
        self._moderation = Moderation()
        self._parts = (
            self._moderation,
            Api(settings, self._books, till),
            Pages(settings, self._books, till),
            Door(self._books, till, self.post),
        )

    def operations(self) -> Sequence[Operation]:
        """List what Creem can be asked."""
        return [operation for part in self._parts for operation in part.operations()]

    def refuse(self, status: int, message: str) -> Response:
        """Build an error in Creem's shape."""
        return creem_error(status, message)

    def key_of(self, request: Request) -> str:
        """Return what came in Creem's own header."""
        return key_in(request)

    def resume(self) -> None:
        """Take up what a former run left."""
        self._books.resume()
        self.post.resume()

    def forget(self) -> None:
        """Begin anew."""
        for part in (self._moderation, self._books, self.post):
            part.forget()

    async def close(self) -> None:
        """Stop delivering."""
        await self.post.close()
