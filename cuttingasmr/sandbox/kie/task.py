"""One task of kie.ai, as the sandbox keeps it. One rule: all that must survive a restart is a field here."""

import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from cuttingasmr.sandbox.film.spec import FilmSpec, film_spec

from .fates import Fates, read_fates

UPGRADE_MODEL = "veo/get-1080p-video"
_WAITING_SHARE = 0.1


def now_ms() -> int:
    """Milliseconds since 1970, as kie.ai counts."""
    return round(time.time() * 1000)


@dataclass
class Task:
    """A video that somebody ordered. Times are milliseconds; `due_ms` None means never."""

    id: str
    api: Literal["veo", "jobs"]
    model: str
    tier: str
    prompt: str
    ratio: str
    resolution: str
    seconds: int
    param: str
    key: str
    callback_url: str
    site: str
    created_ms: int
    due_ms: int | None
    state: Literal["generating", "success", "fail"] = "generating"
    finished_ms: int | None = None
    file: str = ""
    error_code: int = 0
    error: str = ""
    callback: Literal["none", "due", "delivered", "given-up"] = "none"
    upgrade_due_ms: int | None = None
    kind: str = "TEXT_2_VIDEO"
    pictures: list[str] = field(default_factory=list)

    @classmethod
    def from_kept(cls, body: dict[str, Any]) -> Self:
        """Read the task as `to_keep` wrote it."""
        return cls(**body)

    def to_keep(self) -> dict[str, Any]:
        """Write the task for the store."""
        return asdict(self)

    @property
    def fates(self) -> Fates:
        """What the prompt's words choose; an upgrade of a finished film has none."""
        return read_fates("" if self.model == UPGRADE_MODEL else self.prompt)

    @property
    def film(self) -> FilmSpec:
        """The film that was ordered."""
        return film_spec(self.prompt, self.ratio, self.resolution, self.seconds)

    @property
    def film_1080p(self) -> FilmSpec:
        """The same film with more lines."""
        return film_spec(self.prompt, self.ratio, "1080p", self.seconds)

    @property
    def is_finished(self) -> bool:
        """Nothing more will happen to it."""
        return self.state != "generating"

    @property
    def credits(self) -> int:
        """The price on kie.ai's list (`providers.md` 2.10)."""
        if self.model == UPGRADE_MODEL:
            return 5
        base = {"veo3_fast": 60, "veo3_lite": 30, "veo3": 250}[self.tier]
        return base + (5 if self.resolution == "1080p" else 0)

    def url(self, file: str) -> str:
        """Where a file of this task is fetched."""
        return f"{self.site}/kie/files/{file}"

    def share_done(self) -> float:
        """How much of the time has passed, 0 to 0.99; a task that never ends creeps."""
        passed = max(0, now_ms() - self.created_ms)
        if self.due_ms is None:
            return 0.9 * passed / (passed + 20_000)
        return min(0.99, passed / max(1, self.due_ms - self.created_ms))

    def job_state(self) -> str:
        """Tell the state in the unified API's words."""
        if self.is_finished:
            return self.state
        return "waiting" if self.share_done() < _WAITING_SHARE else "generating"


def new_task_id(api: str) -> str:
    """Task ids are opaque; the old API's begin with a word, the new one's do not."""
    return ("veo_task_" if api == "veo" else "") + secrets.token_hex(16)
