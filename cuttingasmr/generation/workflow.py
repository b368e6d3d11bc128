"""The workflow of one video, one stretch at a time: sent, asked about, stored; or its credits given back.

Where a video is stands in its row, so a stretch can begin again anywhere: after a crash, in another process, in a newer
version. Each stretch ends with one of three words to the database: it has ended, look again then, or it is now in the next
stage. Time limits count from moments in the row, never from a memory.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from cuttingasmr import db, live
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import failures, keeping, keyless, patience, rows, steps, submitting, taking
from cuttingasmr.generation.failures import Action, Failure
from cuttingasmr.generation.outcome import Outcome
from cuttingasmr.models import Status, Video
from cuttingasmr.providers.video import Task, TaskState
from cuttingasmr.settings import get_settings

DOUBTS = 2
"""Submits whose answer was lost and that no callback claimed, before the video is given up: at most one task more."""

BROKEN_TRIES = 2
UNKNOWN_TRIES = 3
"""A record may be late, not lost, once or twice."""

REMAKES = 1
"""Tasks that are begun anew for one video when the provider fails in a way that another try may mend."""

CLAIM_PAUSE_SECONDS = 5.0
"""Before a task that a callback has named is asked about once more."""

FAULTS = 12
"""Times that an engine may fail or die over one video before it is given up: it may be what kills them."""

LONGEST_RETRY_SECONDS = 30.0
LONGEST_FETCH_PAUSE_SECONDS, LONGEST_STORAGE_PAUSE_SECONDS = 60.0, 300.0
FULL = "Your video is finished and safe with the video service, but our storage is full. We keep trying; do not worry."
UNASKED = "The video service cannot tell us how your video is at the moment. We keep asking; it is not lost."
IN_DOUBT = "The video service did not answer clearly. We wait for word from it before trying again, so that nothing is made twice."

log = structlog.get_logger()


class Maker:
    """Makes videos in the name of one engine."""

    def __init__(self, executor_id: str) -> None:
        """Take videos as this engine."""
        self._me = executor_id

    async def send(self, video_id: str) -> float | None:
        """Send a video that was taken from the queue. Gives seconds when the provider's keys all rest for so long."""
        outcome = await submitting.submit(video_id)
        match outcome["state"]:
            case "sent" | "ended":
                return None  # the row says so, and holds no engine's name any more
            case "refused":
                await self._refused(video_id, _refusal(outcome))
            case "later":
                return await self._send_later(video_id, outcome.get("seconds", 1.0))
            case "doubt":
                await self._wait_for_word(video_id)
            case _:
                failure = failures.of_submit(outcome.get("code", ""))
                await self._try_sending_again(video_id, failure, rest=outcome.get("seconds", 0.0))
        return None

    async def go_on(self, video: Video) -> None:
        """Go on with a video that somebody had begun to send or to store."""
        if video.tries >= FAULTS:
            await self._give_up(video.id, failures.UNEXPECTED)
        elif video.status == Status.SAVING:
            await self.store(video)
        elif video.claim:
            await self._look_at_claim(video)
        elif video.submit_began_at is None:
            await self._later(video.id, 0)
        elif _since(video.submit_began_at) < get_settings().submit_doubt_seconds:
            await self._wait_for_word(video.id)
        elif video.doubts + 1 >= DOUBTS:
            await self._give_up(video.id, failures.UNREACHABLE)
        elif await db.transact(steps.forget_doubt, video_id=video.id, began_at=video.submit_began_at):
            await self.send(video.id)
        else:
            await self._later(video.id, 0)

    async def ask(self, video: Video) -> None:
        """Ask the provider about a video, and act when it is over. Its next turn is noted already."""
        task = await steps.ask(video)
        match task.state if task else None:
            case TaskState.DONE:
                if mine := await db.transact(taking.take_finished, video_id=video.id, by=self._me):
                    await self.store(mine, task)
            case TaskState.FAILED if task is not None:
                await self._make_anew(video, failures.of_provider(task.code, task.text))
            case TaskState.UNKNOWN if video.misses + 1 >= UNKNOWN_TRIES:
                await self._give_up(video.id, failures.LOST)
            case TaskState.UNKNOWN:
                await db.transact(steps.count_miss, video_id=video.id)
            case TaskState.PENDING:
                await self._still_made(video)
            case _:
                await self._unasked(video)

    async def _still_made(self, video: Video) -> None:
        """Wait on; what had come to nothing before this word of the provider's was not in a row with what may follow."""
        if _age(video) > get_settings().wait_limit_seconds:
            await self._give_up(video.id, failures.TOO_SLOW)
        elif video.tries or video.misses:
            await db.transact(rows.note, video_id=video.id, tries=0, misses=0)

    async def _unasked(self, video: Video) -> None:
        """Wait for an answer that does not come: the provider may have finished the video, and keeps it for two weeks."""
        limit = get_settings().wait_limit_seconds
        if _age(video) > limit + get_settings().storage_patience_seconds:
            await self._give_up(video.id, failures.UNREACHABLE)
        elif _age(video) > limit and await db.transact(steps.tell, video_id=video.id, notice=UNASKED):
            live.publish(video.user_id)

    async def store(self, video: Video, found: Task | None = None) -> None:
        """Store the file. A full storage is waited for: the provider keeps the video for two weeks."""
        outcome = await (keeping.store_found(video, found) if found else keeping.store(video.id))
        match outcome["state"]:
            case "stored":
                await steps.complete(video.id)
            case "ended":
                pass
            case "failed" | "broken" if video.misses + 1 >= BROKEN_TRIES:
                await self._give_up(video.id, failures.of_file(outcome.get("code", "")))
            case "failed" | "broken":
                await self._later(video.id, 1.0, misses=video.misses + 1)
            case "full":
                await self._store_later(video, failures.STORAGE, LONGEST_STORAGE_PAUSE_SECONDS, FULL)
            case _:
                await self._store_later(video, failures.UNREACHABLE, LONGEST_FETCH_PAUSE_SECONDS)

    async def fault(self, video_id: str) -> None:
        """Note that something unforeseen went wrong, and try again later, but not for ever."""
        video = await db.transact(steps.count_try, video_id=video_id)
        if video is not None and video.tries >= FAULTS:
            await self._give_up(video_id, failures.UNEXPECTED)
        elif video is not None:
            await self._later(video_id, min(60.0, 2.0**video.tries))

    async def _look_at_claim(self, video: Video) -> None:
        """Read the record of the task that a callback has named, and adopt it if it is this video's."""
        try:
            is_ours = await submitting.adopt(video.id, video.claim)
        except ProviderUnavailable:
            await self._read_claim_later(video)
            return
        if is_ours is None and video.tries + 1 < UNKNOWN_TRIES:
            pause = CLAIM_PAUSE_SECONDS * 2**video.tries
            await self._later(video.id, pause, claim=video.claim, tries=video.tries + 1)
        elif not is_ours:
            await db.transact(steps.forget_claim, video_id=video.id, claim=video.claim)
            await self._later(video.id, 0)

    async def _send_later(self, video_id: str, seconds: float) -> float:
        """Let it wait for a key; for one that has to be brought back by somebody only for a while, and its owner is told."""
        if await db.read(keyless.is_so):
            await self._try_sending_again(video_id, failures.ACCOUNT, rest=seconds)
        else:
            await self._later(video_id, seconds)
        return seconds

    async def _read_claim_later(self, video: Video) -> None:
        tried = _since(video.trouble_at)
        if tried >= get_settings().wait_limit_seconds:
            await self._give_up(video.id, failures.UNREACHABLE)
            return
        pause = _growing(tried, CLAIM_PAUSE_SECONDS, LONGEST_RETRY_SECONDS)
        since = video.trouble_at or db.utc_now()
        await self._later(video.id, pause, claim=video.claim, trouble_at=since)

    async def _refused(self, video_id: str, failure: Failure) -> None:
        """Give a refused video up, unless that was no word about the prompt: then keep its place for a while."""
        if failure.action is Action.GIVE_BACK:
            await self._give_up(video_id, failure)
        else:
            await self._try_sending_again(video_id, failure)

    async def _make_anew(self, video: Video, failure: Failure) -> None:
        """Have a failed video made once more where that may help, with another key; else give it up."""
        helps = failure.action is Action.WAIT or (failure.action is Action.RETRY and _has_other_keys())
        if not helps or video.remakes >= REMAKES:
            await self._give_up(video.id, failure)
        else:
            await submitting.start_over(video.id, video.provider_task_id or "")

    async def _wait_for_word(self, video_id: str) -> None:
        """Wait for a callback to claim a submit in doubt, as long as one may still come."""
        video = await db.read(rows.get, video_id=video_id)
        if video is None:
            return
        rest = get_settings().submit_doubt_seconds - _since(video.submit_began_at)
        await self._later(video_id, max(0.0, rest), notice=IN_DOUBT)

    async def _try_sending_again(self, video_id: str, failure: Failure, *, rest: float = 0.0) -> None:
        """Keep its place for a video that surely was not sent, until patience ends.

        After a `rest` of every key somebody else goes first: what is refused again and again must not hold the others up.
        """
        video = await db.read(rows.get, video_id=video_id)
        if video is None:
            return
        trouble = patience.judge(video, failure)
        if trouble.is_over:
            await self._give_up(video_id, failure)
            return
        pause = _growing(trouble.tried, 2.0, LONGEST_RETRY_SECONDS) + rest
        notice = patience.NOTICES.get(trouble.code, patience.WAITING_FOR_PROVIDER)
        await self._later(video_id, pause, notice=notice, **trouble.facts)

    async def _store_later(
        self, video: Video, failure: Failure, longest: float, notice: str | None = None
    ) -> None:
        trouble = patience.judge(video, failure)
        if trouble.is_over:
            await self._give_up(video.id, failure)
            return
        await self._later(video.id, _growing(trouble.tried, 2.0, longest), notice=notice, **trouble.facts)

    async def _later(self, video_id: str, seconds: float, *, notice: str | None = None, **facts: Any) -> None:
        user_id = await db.transact(
            taking.let_go, video_id=video_id, by=self._me, seconds=seconds, notice=notice, **facts
        )
        if user_id and notice is not None:
            live.publish(user_id)

    async def _give_up(self, video_id: str, failure: Failure) -> None:
        await steps.give_up(video_id, failure.code, failure.message)


def _has_other_keys() -> bool:
    return len(get_settings().provider_keys) > 1


def _refusal(outcome: Outcome) -> Failure:
    return failures.of_provider(outcome.get("code", ""), outcome.get("text", ""))


def _age(video: Video) -> float:
    """Give the seconds that the provider has had a video for."""
    return _since(video.submit_began_at or video.rendering_at)


def _since(moment: datetime | None) -> float:
    """Give the seconds since a moment; none have gone by where there was none."""
    return 0.0 if moment is None else (db.utc_now() - moment).total_seconds()


def _growing(tried: float, first: float, longest: float) -> float:
    """Give the pause before the next try: half as long again as all that went before, up to the longest."""
    return min(max(first, tried / 2), longest)
