"""The process dies at each point of a video's way, as a power cut would have it; after a restart the video comes, paid once.

Nothing of ours is patched: the sandbox is slowed or broken to hold the process at a point, and then it is killed.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cuttingasmr.models import Status
from tests.support.locks import nobody_writes
from tests.support.site import Site, Visitor, wait_until

PROMPT = "a knife through honeycomb"


def die_and_come_back(site: Site) -> None:
    site.process.kill9()
    site.sandbox.break_("ok")
    site.start()


def tasks_of(site: Site, video_id: str) -> list[dict[str, Any]]:
    """List the tasks that were created for a video: each has its address."""
    return [task for task in site.sandbox.tasks(PROMPT) if video_id in task["callBackUrl"]]


def more(site: Site, operation: str, by: int = 1) -> Callable[[], bool]:
    """Give what tells whether the provider has been asked for this so much oftener than now."""
    before = site.sandbox.counts().get(operation, 0)
    return lambda: site.sandbox.counts().get(operation, 0) >= before + by


def assert_made_once(site: Site, owner: Visitor, video_id: str) -> None:
    seen = owner.wait_for(video_id, "ready", seconds=60)
    assert seen["creditsReturned"] == 0
    assert owner.balance() == 8
    assert len(tasks_of(site, video_id)) == 1
    assert owner.http.get(seen["videoUrl"]).content[4:8] == b"ftyp"
    assert site.findings() == []


def test_killed_before_the_submit(site: Site) -> None:
    site.sandbox.break_("500", only="create")
    owner = site.someone()
    video_id = owner.start(PROMPT)
    wait_until(lambda: owner.status(video_id)["notice"])

    die_and_come_back(site)

    assert_made_once(site, owner, video_id)


def test_killed_right_after_the_submit_was_recorded(site: Site) -> None:
    owner = site.someone()
    video_id = owner.start(f"{PROMPT} sandbox:slow=3")
    wait_until(lambda: site.video(video_id).provider_task_id)

    die_and_come_back(site)

    assert_made_once(site, owner, video_id)


def test_killed_while_the_answer_to_the_submit_was_on_its_way_the_callback_claims_it(site: Site) -> None:
    owner = site.someone()
    video_id = owner.start(f"{PROMPT} sandbox:slow=4 sandbox:submit-lost")
    wait_until(lambda: tasks_of(site, video_id))
    assert site.video(video_id).provider_task_id is None

    die_and_come_back(site)

    assert_made_once(site, owner, video_id)


def test_killed_while_rendering(site: Site) -> None:
    owner = site.someone()
    video_id = owner.start(f"{PROMPT} sandbox:slow=4 sandbox:no-callback")
    owner.wait_for(video_id, "rendering")
    wait_until(more(site, "record-info", by=2))

    die_and_come_back(site)

    assert_made_once(site, owner, video_id)


def test_killed_while_storing(site: Site) -> None:
    site.sandbox.break_("slow", only="files", delay=120)
    owner = site.someone()
    video_id = owner.start(PROMPT)
    owner.wait_for(video_id, "saving")

    die_and_come_back(site)

    assert_made_once(site, owner, video_id)


def test_killed_when_stored_and_not_completed(site: Site) -> None:
    site.sandbox.break_("slow", only="files", delay=3)
    owner = site.someone()
    video_id = owner.start(PROMPT)
    owner.wait_for(video_id, "saving")  # the last that is written before the file has come
    file = Path(site.env["DATA_DIR"], "media", "videos", f"{video_id}.mp4")

    with nobody_writes(site):
        wait_until(file.exists)
        time.sleep(0.3)  # the poster, too; nothing tells of it but the file itself
        site.process.kill9()
    assert site.video(video_id).status == Status.SAVING
    site.sandbox.break_("ok")
    site.start()

    assert_made_once(site, owner, video_id)


@pytest.mark.parametrize("times", [5])
def test_killed_again_and_again(site: Site, times: int) -> None:
    owner = site.someone()
    video_id = owner.start(f"{PROMPT} sandbox:slow=8")
    # Before the submit is on record, a kill may leave a doubt that is waited out for minutes.
    wait_until(lambda: site.video(video_id).provider_task_id)

    for _ in range(times):
        time.sleep(0.4)
        die_and_come_back(site)

    assert_made_once(site, owner, video_id)


def test_a_dead_workers_videos_are_taken_over_by_the_living(
    databases: object, make_site: Callable[..., Site]
) -> None:
    site = make_site(databases.make("postgres"), WORKER="off")  # pyright: ignore[reportAttributeAccessIssue]
    first, second = site.worker("first"), site.worker("second")
    first.start()
    owner = site.someone()
    video_id = owner.start(f"{PROMPT} sandbox:slow=3")
    wait_until(lambda: site.video(video_id).provider_task_id)

    second.start()
    first.kill9()
    try:
        assert_made_once(site, owner, video_id)
    finally:
        second.stop()


def test_of_two_processes_on_sqlite_one_runs_the_engine_and_the_other_takes_over(
    databases: object, make_site: Callable[..., Site]
) -> None:
    site = make_site(databases.make("sqlite"))  # pyright: ignore[reportAttributeAccessIssue]
    second = site.worker("second")
    second.start()
    time.sleep(2)
    assert "engine.running" not in second.output
    owner = site.someone()
    video_id = owner.start(f"{PROMPT} sandbox:slow=3")
    wait_until(lambda: site.video(video_id).provider_task_id)

    site.process.kill9()
    second.wait_for(lambda: "engine.running" in second.output)
    try:
        wait_until(lambda: site.video(video_id).status == Status.COMPLETED, seconds=30)
    finally:
        second.stop()
    site.start()
    assert_made_once(site, owner, video_id)


def test_a_full_disk_keeps_the_finished_video_and_says_so(
    tmp_path: Path, databases: object, make_site: Callable[..., Site]
) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk):
        site = make_site(databases.make("sqlite"), STORAGE_URL=disk.as_uri())  # pyright: ignore[reportAttributeAccessIssue]
        ballast = disk / "ballast"
        fill(ballast)
        owner = site.someone()
        video_id = owner.start(PROMPT)
        wait_until(lambda: "storage is full" in owner.status(video_id)["notice"])
        assert owner.status(video_id)["stage"] == "saving"
        assert owner.balance() == 8

        ballast.unlink()

        assert_made_once(site, owner, video_id)
        site.stop()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a disk of 8 MB, which only root may."""
    import subprocess  # noqa: PLC0415

    folder.mkdir()
    mount = shutil.which("mount") or "mount"
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("a small disk needs the right to mount one")
    try:
        yield
    finally:
        subprocess.run([shutil.which("umount") or "umount", "-l", folder], check=True)


def fill(file: Path) -> None:
    with contextlib.suppress(OSError), file.open("wb") as out:
        while True:
            out.write(bytes(4096))
            out.flush()
