"""What others feel while somebody guesses passwords or forges session cookies as fast as they can.

Both sides share this machine. An attack runs for as long as the measuring does; the forger then goes on to a million cookies
in this process, against the function that tells a forged one, since over HTTP most are turned away unread.
"""

from __future__ import annotations

import contextlib
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from typing import Any

import httpx

from bench.ground import Row, whole_site
from cuttingasmr.auth import sessions
from tests.support.postgres import Postgres
from tests.support.site import Visitor

QUESTIONS = 150
WARMING = 20
GUESSES = 10_000
COOKIES = 1_000_000
FACTOR = 2.0
LINES = 4
LIMITS = {"API_LIMIT": "600/minute", "API_WRITE_LIMIT": "120/minute"}
"""Those of production, which benchmarks raise elsewhere."""
MOST_GUESSES = 10
MOST_MICROSECONDS = 100

GUESSER = f"""
import asyncio, sys, httpx
async def guess(http, numbers, told):
    for number in numbers:
        answer = await http.post("/api/auth/sign-in", json={{"email": sys.argv[2], "password": f"guess number {{number}}"}})
        told[answer.status_code] = told.get(answer.status_code, 0) + 1
async def main():
    told = {{}}
    async with httpx.AsyncClient(base_url=sys.argv[1], trust_env=False, timeout=60) as http:
        numbers = iter(range({GUESSES}))
        await asyncio.gather(*(guess(http, numbers, told) for _ in range({LINES})))
    print(told)
asyncio.run(main())
"""

FORGER = f"""
import asyncio, secrets, sys, time, httpx
async def forge(http, until, told):
    while time.monotonic() < until:
        cookie = "cuttingasmr_session=" + secrets.token_urlsafe(32)
        answer = await http.get("/api/credits", headers={{"cookie": cookie}})
        told[answer.status_code] = told.get(answer.status_code, 0) + 1
async def main():
    told, until = {{}}, time.monotonic() + float(sys.argv[2])
    async with httpx.AsyncClient(base_url=sys.argv[1], trust_env=False, timeout=60) as http:
        await asyncio.gather(*(forge(http, until, told) for _ in range({LINES})))
    print(told)
asyncio.run(main())
"""


def run(cluster: Postgres) -> list[Row]:
    """Measure quiet, under guesses, under forged cookies."""
    with whole_site("sqlite", cluster=cluster, WORKER="off", **dict[str, Any](LIMITS)) as site:
        person, victim = site.someone(), "victim@example.org"
        site.visitor().sign_up(victim)
        _median(person, WARMING)
        quiet = _median(person)
        with _attack(GUESSER, site.url, victim) as guesser:
            guessed = _median(person)
            told = _told(guesser)
        rows = [
            _row(f"{GUESSES:,} sign-in attempts on one account", quiet, guessed),
            Row(
                "of those, passwords that were looked at",
                str(told.get(401, 0)),
                "≤ 10",
                told.get(401, 0) <= MOST_GUESSES,
            ),
        ]
        time.sleep(61)  # the guesser's minute is over
        with _attack(FORGER, site.url, "15") as forger:
            forged = _median(person)
            told = _told(forger)
        tried = sum(told.values())
        rows.append(_row(f"forged cookies over HTTP, {tried:,} in 15 s", quiet, forged))
        rows.append(Row("of those, let in", str(told.get(200, 0)), "0", told.get(200, 0) == 0))
    return [*rows, _offline()]


def _row(what: str, quiet: float, loud: float) -> Row:
    figure = f"median {loud * 1000:.1f} ms, quiet {quiet * 1000:.1f} ms: x {loud / quiet:.2f}"
    return Row(f"others' GET /api/credits during {what}", figure, f"x ≤ {FACTOR:g}", loud / quiet <= FACTOR)


@contextlib.contextmanager
def _attack(program: str, *arguments: str) -> Generator[subprocess.Popen[str], None, None]:
    command = [sys.executable, "-c", program, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(1.5)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _told(process: subprocess.Popen[str]) -> dict[int, int]:
    said = process.communicate(timeout=300)[0]
    pairs = (pair.split(":") for pair in said.strip().strip("{}").split(",") if pair)
    return {int(status): int(count) for status, count in pairs}


def _median(person: Visitor, questions: int = QUESTIONS) -> float:
    """Ask as one person does, with pauses, and give the median wait in seconds."""
    waits: list[float] = []
    for _ in range(questions):
        began = time.perf_counter()
        answer: httpx.Response = person.http.get("/api/credits")
        waits.append(time.perf_counter() - began)
        answer.raise_for_status()
        time.sleep(0.01)
    return statistics.median(waits)


def _offline() -> Row:
    made = [secrets.token_urlsafe(32) for _ in range(10_000)]
    began = time.perf_counter()
    taken = sum(sessions.is_ours(made[number % len(made)]) for number in range(COOKIES))
    each = (time.perf_counter() - began) / COOKIES * 1_000_000
    figure = f"{each:.1f} µs each, {taken} taken, no question to the database"
    return Row(
        f"{COOKIES:,} forged session cookies told as such",
        figure,
        f"≤ {MOST_MICROSECONDS} µs, 0 taken",
        each <= MOST_MICROSECONDS and not taken,
    )
