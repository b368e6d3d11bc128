"""How long a change takes from the worker's commit into an open page, and what an idle page costs.

Commits are timed by the database's own rows (`rendering_at`, `saving_at`, `completed_at`, taken just before the commit), changes
of the page by a MutationObserver; both clocks are this machine's.
"""

from __future__ import annotations

import statistics
from collections.abc import Generator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Page, WebSocket, sync_playwright
from sqlmodel import select

from bench.ground import Row, whole_site
from cuttingasmr.models import Video
from tests.support.browser import launch_options
from tests.support.postgres import Postgres
from tests.support.site import Site, Visitor, wait_until

CHANGES = 50
VIDEOS = 20
WANTED_MS = 150
IDLE_SECONDS = 60

WATCHED = "tests.support.watched"

OBSERVE = """
window.seen = {};
const note = () => document.querySelectorAll('[data-card]').forEach(card => {
  const name = card.dataset.card + ' ' + card.dataset.stage;
  if (!(name in window.seen)) window.seen[name] = Date.now();
});
new MutationObserver(note).observe(document, {subtree: true, childList: true, attributes: true});
"""


def run(cluster: Postgres) -> list[Row]:
    """Measure the way of a change, then an idle page."""
    return [_changes(cluster), *_idle(cluster)]


@contextmanager
def _page(site: Site, owner: Visitor) -> Generator[Page, None, None]:
    """Open the home page as this person."""
    cookies = [{"name": name, "value": value, "url": site.url} for name, value in owner.http.cookies.items()]
    with sync_playwright() as play:
        browser = play.chromium.launch(**launch_options())  # pyright: ignore[reportArgumentType]
        context = browser.new_context()
        context.add_cookies(cookies)  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        page.goto(site.url)
        page.locator("[data-balance]", has_text="100000").wait_for()
        try:
            yield page
        finally:
            browser.close()


def _changes(cluster: Postgres) -> Row:
    with whole_site("sqlite", cluster=cluster, sandbox={"SANDBOX_RENDER_SECONDS": "1"}) as site:
        owner = site.someone()
        with _page(site, owner) as page:
            page.evaluate(OBSERVE)
            for number in range(VIDEOS):
                video_id = owner.start("gold" if number else "gold leaf")
                owner.wait_for(video_id, "ready")
                page.locator(f'[data-card="{video_id}"][data-stage="ready"]').wait_for()
            seen: dict[str, float] = page.evaluate("window.seen")
        rows = site.look(lambda session: list(session.exec(select(Video))))
    delays = [seen[name] - at for video in rows for name, at in _commits(video) if name in seen]
    median = statistics.median(delays)
    ninth = statistics.quantiles(delays, n=10)[-1]
    what = f"from the worker's commit to the changed page, {len(delays)} changes"
    return Row(
        what,
        f"median {median:.0f} ms, 9 in 10 under {ninth:.0f} ms",
        f"median ≤ {WANTED_MS} ms",
        median <= WANTED_MS and len(delays) >= CHANGES,
    )


def _commits(video: Video) -> list[tuple[str, float]]:
    moments = {"rendering": video.rendering_at, "saving": video.saving_at, "ready": video.completed_at}
    return [(f"{video.id} {stage}", at.timestamp() * 1000) for stage, at in moments.items() if at]


def _idle(cluster: Postgres) -> list[Row]:
    """Count what an open, idle page asks of the database, and what it says and hears; the engine runs elsewhere, or not at all."""
    with whole_site("sqlite", cluster=cluster, module=WATCHED, WORKER="off") as site:
        owner = site.someone()
        with _page(site, owner) as page:
            frames: list[str] = []
            page.on("websocket", lambda line: _listen(line, frames))
            page.reload()
            page.locator("[data-balance]", has_text="100000").wait_for()
            wait_until(lambda: bool(frames))
            page.wait_for_timeout(3000)
            frames.clear()
            before = _statements(site)
            page.wait_for_timeout(IDLE_SECONDS * 1000)
            statements = _statements(site) - before
    said = [frame for frame in frames if frame not in {"2", "3"}]
    return [
        Row(f"an idle page for {IDLE_SECONDS} s: database statements", str(statements), "0", statements == 0),
        Row(f"an idle page for {IDLE_SECONDS} s: messages but pings", str(len(said)), "0", not said),
    ]


def _listen(line: WebSocket, frames: list[str]) -> None:
    for event in ("framesent", "framereceived"):
        line.on(event, lambda frame: frames.append(str(frame)))


def _statements(site: Site) -> int:
    """Ask the process how many statements it has run."""
    return httpx.get(f"{site.url}/watched", trust_env=False).json()["statements"]
