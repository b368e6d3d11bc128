"""The library as a person uses it, and shelves that are full without waiting for each video."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from playwright.sync_api import Locator, expect
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.generation.rows import search_text_of
from cuttingasmr.models import Status, Video
from tests.support.shopper import Shopper
from tests.support.site import Site


class Bookcase(Shopper):
    """One tab, with somebody's library in it."""

    @property
    def user_id(self) -> str:
        """The id of whoever is signed in."""
        return self.page.request.get(f"{self.url}/api/auth/session").json()["user"]["id"]

    def fill(self, *prompts: str, film: Video, **facts: Any) -> list[str]:
        """Put a finished video for each prompt on the shelf, the first one newest; all of them show one film."""
        user_id = self.user_id
        return self.site.change(lambda session: _write(session, user_id, prompts, film, facts))

    def look(self, query: str = "") -> Self:
        """Open the library, and wait until it is filled."""
        self.open(f"/library{query}")
        expect(self.page.locator("[data-loaded=true]")).to_be_attached()
        return self

    @property
    def card(self) -> Locator:  # pyright: ignore[reportIncompatibleMethodOverride] - a video's again, not a package's
        """The newest video's card on the home page."""
        return self.page.locator("[data-card]").first

    @property
    def tiles(self) -> Locator:
        """Every video in the grid."""
        return self.page.locator("[data-tiles] [data-card]")

    def tile(self, video_id: str) -> Locator:
        """One video in the grid."""
        return self.page.locator(f"[data-tiles] [data-card='{video_id}']")

    def open_video(self, video_id: str) -> Locator:
        """Open one, and give what is in the dialog."""
        self.tile(video_id).locator("[data-opens-video]").click()
        expect(self.sheet(video_id)).to_be_visible()
        return self.sheet(video_id)

    def sheet(self, video_id: str) -> Locator:
        """What is in the dialog, once it is about this video."""
        return self.page.locator(f"dialog[open] [data-opened='{video_id}']")

    @property
    def note(self) -> Locator:
        """What became of the last act."""
        return self.page.locator("[data-note]")

    def search(self, words: str) -> Self:
        """Type into the search field."""
        self.page.get_by_role("searchbox").fill(words)
        return self

    def pick(self, *video_ids: str) -> Self:
        """Choose these."""
        self.page.get_by_role("button", name="Select", exact=True).click()
        for video_id in video_ids:
            self.tile(video_id).locator("[data-opens-video]").click()
        expect(self.page.locator("[data-picked]")).to_have_text(f"{len(video_ids)} selected")
        return self

    def view(self, name: str) -> Self:
        """Press one of the chips."""
        self.page.locator(f"[data-view={name}]").click()
        return self


def make_film(site: Site) -> Video:
    """Have one video made, whose files others can show; its preview comes a little later."""
    owner = site.someone()
    video_id = owner.start("gold")
    owner.wait_for(video_id, "ready", seconds=60)
    return site.video(video_id)


def _write(
    session: Session, user_id: str, prompts: tuple[str, ...], film: Video, facts: dict[str, Any]
) -> list[str]:
    now = db.utc_now()
    same = {
        "file_key": film.file_key,
        "poster_key": film.poster_key,
        "preview_key": f"previews/{film.id}.mp4",
    }
    videos = [
        Video(
            user_id=user_id,
            prompt=prompt,
            search_text=search_text_of("", prompt),
            credits_used=10,
            width=film.width,
            height=film.height,
            created_at=now - timedelta(minutes=number),
            **{"status": Status.COMPLETED, "completed_at": now, **same, **facts},
        )
        for number, prompt in enumerate(prompts)
    ]
    session.add_all(videos)
    session.flush()
    return [video.id for video in videos]
