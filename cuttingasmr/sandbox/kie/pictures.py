"""Fetching the pictures of an order, as kie.ai does (`providers.md` 2.3). One rule: what cannot be fetched and seen is refused at once."""

import asyncio
import io

import httpx
from PIL import Image

from .refusal import Refused

_SECONDS = 5
_MOST_BYTES = 20 * 1024 * 1024


class Pictures:
    """Fetches pictures, without any cookie."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=_SECONDS, trust_env=False, headers={"user-agent": "kie-sandbox"}
        )

    async def fetch(self, addresses: tuple[str, ...]) -> list[str]:
        """Fetch them all, and tell what each is: its format and its size, `JPEG 1280x720`."""
        return [await self._look_at(address) for address in addresses]

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def _look_at(self, address: str) -> str:
        """Fetch one; the text of a failure is that of 2.5."""
        try:
            async with asyncio.timeout(_SECONDS):
                answer = await self._client.get(address)
                answer.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as reason:
            raise Refused(451, "Failed to fetch the image. Kindly verify any access limits.") from reason
        try:
            with Image.open(
                io.BytesIO(answer.content[:_MOST_BYTES]), formats=["JPEG", "PNG", "WEBP"]
            ) as image:
                return f"{image.format} {image.width}x{image.height}"
        except (OSError, SyntaxError, ValueError) as reason:
            raise Refused(422, "Invalid image") from reason
