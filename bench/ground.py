"""What every benchmark stands on: the whole site as processes, on a database of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.databases import Databases
from tests.support.postgres import Postgres
from tests.support.site import Sandbox, Site, Visitor


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    wanted: str
    holds: bool | None = None

    def __str__(self) -> str:
        """Write it as a line of Markdown."""
        mark = {True: "yes", False: "NO", None: ""}[self.holds]
        return f"| {self.what} | {self.figure} | {self.wanted} | {mark} |"


@contextlib.contextmanager
def postgres_cluster() -> Generator[Postgres, None, None]:
    """Run a private PostgreSQL while the block runs, as durable as in production: a commit is on the disk."""
    cluster = Postgres(fsync="on", full_page_writes="on")
    try:
        yield cluster.start()
    finally:
        cluster.remove()


@contextlib.contextmanager
def whole_site(
    kind: str, *, cluster: Postgres, sandbox: dict[str, str] | None = None, **environment: Any
) -> Generator[Site, None, None]:
    """Run the sandbox and the site, everybody rich, while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="cuttingasmr-bench-"))
    strangers = Sandbox(folder, **(sandbox or {})).start()
    databases = Databases(folder, cluster, name=f"bench_{folder.name[-8:]}")
    given = {"WELCOME_CREDITS": "100000", "VEO3_API_BASE_URL": f"{strangers.url}/kie", **environment}
    site = Site(folder, databases.make(kind), strangers, **given)
    try:
        yield site.start()
    finally:
        site.stop()
        strangers.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def start_all(site: Site, owner: Visitor, prompts: Iterable[str]) -> None:
    """Ask for a video of each prompt, over eight connections, and wait until all are taken."""
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(
        base_url=site.url, cookies=owner.http.cookies, trust_env=False, timeout=120, limits=limits
    ) as client:
        asked = (client.post("/api/generate-video", json={"prompt": prompt}) for prompt in prompts)
        for answer in await asyncio.gather(*asked):
            answer.raise_for_status()


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
