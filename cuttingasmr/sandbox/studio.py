"""Where films are made: a process each, two at a time, never the same one twice.

One rule: the event loop only waits; a film that can be seen in the folder is whole.
"""

import asyncio
import sys
from pathlib import Path

from .film.spec import FilmSpec

_AT_ONCE = 2
_HERE = Path(__file__).resolve().parents[2]


class FilmFailed(Exception):
    """The film could not be made; the encoder's last words follow."""


class Studio:
    """Films by name, under one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for draft in folder.glob("*.part"):
            draft.unlink()
        self._folder = folder.resolve()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._making: dict[str, asyncio.Task[None]] = {}

    def has(self, spec: FilmSpec) -> bool:
        """Say whether the film lies ready."""
        return (self._folder / spec.name).exists()

    def begin(self, spec: FilmSpec) -> None:
        """See to it that the film is being made, or is there."""
        if spec.name not in self._making and not self.has(spec):
            job = asyncio.create_task(self._make(spec))
            self._making[spec.name] = job
            job.add_done_callback(lambda done: self._done(spec.name, done))

    async def wait_for(self, spec: FilmSpec) -> None:
        """Return when the film is there, or raise `FilmFailed`."""
        self.begin(spec)
        if job := self._making.get(spec.name):
            await asyncio.shield(job)

    def spoil(self, name: str) -> None:
        """Put something under `name` that begins like a film and is none."""
        (self._folder / name).write_bytes(
            b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + name.encode() * 900
        )

    def find(self, name: str) -> Path | None:
        """Find the file of that name, if there is one."""
        path = self._folder / name
        return path if path.is_file() else None

    async def close(self) -> None:
        """Stop all encoders."""
        for job in list(self._making.values()):
            job.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    def _done(self, name: str, job: asyncio.Task[None]) -> None:
        del self._making[name]
        if not job.cancelled():
            job.exception()  # whoever waits for the film hears of it; nobody waiting is no reason for a warning

    async def _make(self, spec: FilmSpec) -> None:
        size = (str(spec.width), str(spec.height), str(spec.seconds))
        async with self._turn:
            encoder = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cuttingasmr.sandbox.film", str(self._folder / spec.name), *size,
                cwd=_HERE, stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                _, said = await encoder.communicate(spec.prompt.encode())
            finally:
                if encoder.returncode is None:
                    encoder.kill()
        if encoder.returncode != 0:
            raise FilmFailed(said.decode(errors="replace")[-400:])
