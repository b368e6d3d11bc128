"""The port to DBOS, which runs the workflows: the only place that knows how it is started and spoken to.

Its tables live in our database, so one transaction covers a charge, its video and its workflow.
"""

from __future__ import annotations

from functools import cache

from dbos import DBOS, DBOSClient, DBOSConfig
from dbos import error as dbos_error
from sqlalchemy.engine import make_url
from sqlmodel import Session

from cuttingasmr.errors import NotFound
from cuttingasmr.settings import get_settings

APP = "cuttingasmr"
QUEUE = "videos"
WORKFLOW = "make_video"
APP_VERSION = "1"
"""Changed only when a workflow's steps change; otherwise every deploy would strand what is running."""

TOPIC = "provider"
"""Where a workflow hears of callbacks. A message is the id of the task that the provider says is over."""

QUEUE_POLL_SECONDS = 0.2
LISTEN_POLL_SECONDS = 0.25
DRAIN_SECONDS = 3
STEP_THREADS = 16


def engine_url() -> str:
    """Give the database's address in the form that DBOS reads; its tables live beside ours."""
    url = make_url(get_settings().database_url)
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)


def prepare_database() -> None:
    """Make or renew DBOS's own tables. It is part of migrating."""
    DBOS.migrate(engine_url())


@cache
def _client() -> DBOSClient:
    return DBOSClient(
        system_database_url=engine_url(), application_name=APP, lazy=True, retry_connection_errors=False
    )


def enqueue(session: Session, video_id: str) -> None:
    """Have this video made once the transaction commits; nothing happens if it does not, or for a second call."""
    _client().enqueue_in_transaction(
        session,
        {"queue_name": QUEUE, "workflow_name": WORKFLOW, "workflow_id": video_id, "app_version": APP_VERSION},
        video_id,
    )


def wake(video_id: str, task_id: str) -> None:
    """Tell a waiting workflow that the provider says it is done. A workflow that is over does not mind.

    Raises `NotFound` when there is none.
    """
    try:
        _client().send(video_id, task_id, topic=TOPIC, idempotency_key=f"{video_id}:{task_id}")
    except dbos_error.DBOSNonExistentWorkflowError as error:
        raise NotFound from error


def poke() -> None:
    """Let the engine of this process, if it runs one, look at once for something to do."""


def status_of(video_id: str) -> str | None:
    """Tell what DBOS says of a video's workflow (`PENDING`, `ENQUEUED`, `SUCCESS`, `ERROR`, ...); `None` for none."""
    found = DBOS.get_workflow_status(video_id)
    return None if found is None else str(found.status)


def launch(executor_id: str) -> None:
    """Start running workflows in this process, beginning with those an earlier process of this id left behind.

    Blocks for a second or so; run it in a thread of its own, for in a server's loop it would share that loop's
    executor and close it at the end.
    """
    config: DBOSConfig = {
        "name": APP,
        "system_database_url": engine_url(),
        "application_version": APP_VERSION,
        "executor_id": executor_id,
        "max_executor_threads": STEP_THREADS,
        "notification_listener_polling_interval_sec": LISTEN_POLL_SECONDS,
        "run_migrations": False,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=QUEUE_POLL_SECONDS)


def stop() -> None:
    """Stop running workflows; what is under way goes on elsewhere or after the next start."""
    DBOS.destroy(workflow_completion_timeout_sec=DRAIN_SECONDS)


def hand_on(executor_id: str) -> int:
    """Take over the workflows of an engine that has died, and tell how many. Repeating it changes nothing."""
    return len(DBOS._recover_pending_workflows([executor_id]))  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
