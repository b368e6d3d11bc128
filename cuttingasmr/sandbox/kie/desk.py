"""kie.ai's endpoints. One rule: read, decide, answer in kie's words; what takes time happens in the workshop."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from cuttingasmr.sandbox.no_answer import Silence
from cuttingasmr.sandbox.settings import Settings
from cuttingasmr.sandbox.stranger import Endpoint, Operation
from cuttingasmr.sandbox.studio import Studio

from .account import Accounts, admit, key_in
from .fates import read_fates
from .order import MODEL, Order, read_job_order, read_json, read_veo_order
from .pictures import Pictures
from .refusal import Refused
from .task import UPGRADE_MODEL, Task, new_task_id, now_ms
from .uploads import Uploads
from .wire import PROCESSING_1080P, envelope, job_record, success, veo_record
from .workshop import Workshop

_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+\.mp4")
_LOG_DAYS_MS = 14 * 24 * 3600 * 1000  # 2.4: records are kept for 14 days


class Kie:
    """The stranger at `/kie`."""

    name = "kie"

    def __init__(self, settings: Settings, workshop: Workshop, studio: Studio, accounts: Accounts) -> None:
        self._settings, self._workshop, self._studio, self._accounts = settings, workshop, studio, accounts
        self._uploads = Uploads(settings.data_dir / "uploads")
        self._refused: Counter[str] = Counter()
        self._pictures = Pictures()

    async def close(self) -> None:
        """Let the connections go."""
        await self._pictures.close()

    def operations(self) -> Sequence[Operation]:
        """Both Veo APIs and what they share (`providers.md` 2.2, 2.11)."""
        return [
            Operation("POST", "/api/v1/veo/generate", "create", _spoken(self._generate)),
            Operation("GET", "/api/v1/veo/record-info", "record-info", _spoken(self._record)),
            Operation("GET", "/api/v1/veo/get-1080p-video", "get-1080p", _spoken(self._get_1080p)),
            Operation("POST", "/api/v1/jobs/createTask", "create", _spoken(self._create_job)),
            Operation("GET", "/api/v1/jobs/recordInfo", "record-info", _spoken(self._job_record)),
            Operation("GET", "/api/v1/chat/credit", "credit", _spoken(self._credit)),
            Operation("POST", "/api/file-base64-upload", "upload", _spoken(self._upload_base64)),
            Operation("POST", "/api/file-stream-upload", "upload", _spoken(self._upload_stream)),
            Operation("GET", "/files/{name}", "files", _spoken(self._file)),
            Operation("GET", "/uploads/{path:path}", "uploads", _spoken(self._uploaded)),
        ]

    def refuse(self, status: int, message: str) -> Response:
        """Build an error whose HTTP status and body agree."""
        return envelope(status, message, http=status)

    def key_of(self, request: Request) -> str:
        """Return the bearer key."""
        return key_in(request)

    def forget(self) -> None:
        """Forget which prompts were refused how often."""
        self._refused.clear()

    async def _generate(self, request: Request) -> Response:
        key = _admit_creation(request)
        order = read_veo_order(read_json(await request.body()))
        return await self._take(request, key, "veo", order)

    async def _create_job(self, request: Request) -> Response:
        key = _admit_creation(request)
        told = read_json(await request.body())
        if told.get("model") == UPGRADE_MODEL:
            return self._create(request, key, "jobs", UPGRADE_MODEL, self._upgrade_order(told, key))
        if told.get("model") != MODEL:
            raise Refused(422, "The model name you specified is not supported")
        return await self._take(request, key, "jobs", read_job_order(told))

    async def _take(self, request: Request, key: str, api: Literal["veo", "jobs"], order: Order) -> Response:
        """Fetch what the video is made from, then create it."""
        seen = await self._pictures.fetch(order.images)
        return self._create(request, key, api, MODEL if api == "jobs" else "", order, seen)

    def _create(
        self,
        request: Request,
        key: str,
        api: Literal["veo", "jobs"],
        model: str,
        order: Order,
        pictures: Sequence[str] = (),
    ) -> Response:
        self._accounts.may_create(request)
        fates = read_fates("" if model == UPGRADE_MODEL else order.prompt)
        self._refuse_by_fate(order.prompt if fates.words else "")
        wait = self._settings.upgrade_seconds if model == UPGRADE_MODEL else self._settings.render_seconds
        wait, now = fates.number("slow") or wait, now_ms()
        task = Task(
            id=new_task_id(api), api=api, model=model, tier=order.tier, prompt=order.prompt, ratio=order.ratio,
            resolution=order.resolution, seconds=order.seconds, param=order.param, key=key,
            callback_url=order.callback_url, site=str(request.base_url).rstrip("/"), created_ms=now,
            due_ms=None if "never" in fates else now + round(wait * 1000),
            kind=order.kind, pictures=list(pictures),
        )  # fmt: skip
        self._workshop.accept(task)
        request.state.operation = "create"
        return Silence() if "submit-lost" in fates else success({"taskId": task.id})

    def _refuse_by_fate(self, prompt: str) -> None:
        """Refuse; here HTTP and body agree, which is what makes a refusal certain (2.3)."""
        fates = read_fates(prompt)
        if "reject" in fates:
            raise Refused(422, "Your request was rejected by Flow(sandbox:reject).", http=422)
        for code, text in ((429, "Rate limited"), (500, "Server Error - sandbox:submit-500")):
            times = fates.number(f"submit-{code}")
            if f"submit-{code}" in fates and (times is None or self._refused[prompt] < times):
                self._refused[prompt] += 1
                raise Refused(code, text, http=code)

    def _upgrade_order(self, told: dict[str, object], key: str) -> Order:
        """Read an upgrade by the unified API. Its input is not in the document (2.2 only names it): `task_id` or `taskId`."""
        given = told.get("input")
        given = given if isinstance(given, dict) else {}
        source = self._find(str(given.get("task_id") or given.get("taskId") or ""), "jobs", key)
        if source.state != "success":
            raise Refused(422, "record status is not success")
        _refuse_1080p(source)
        order = read_job_order({"input": {"prompt": source.prompt}, "callBackUrl": told.get("callBackUrl")})
        return order._replace(
            tier=source.tier, ratio=source.ratio, resolution="1080p", seconds=source.seconds
        )

    async def _record(self, request: Request) -> Response:
        return success(veo_record(self._find(request.query_params.get("taskId", ""), "veo", admit(request))))

    async def _job_record(self, request: Request) -> Response:
        return success(job_record(self._find(request.query_params.get("taskId", ""), "jobs", admit(request))))

    def _find(self, task_id: str, api: str, key: str) -> Task:
        """Find the task, for the key that made it; texts of 2.5."""
        task = self._workshop.tasks.get(task_id)
        if task is None or task.api != api or task.key != key:
            raise Refused(422, "record is null")
        if task.created_ms < now_ms() - _LOG_DAYS_MS:
            raise Refused(422, "Temporarily supports records within 14 days")
        return task

    async def _get_1080p(self, request: Request) -> Response:
        """Answer with the larger file (2.6): the first question begins it."""
        task = self._find(request.query_params.get("taskId", ""), "veo", admit(request))
        if task.state != "success" or request.query_params.get("index", "0") != "0":
            raise Refused(422, "record status is not success")
        _refuse_1080p(task)
        film, now = task.film_1080p, now_ms()
        self._studio.begin(film)
        if task.upgrade_due_ms is None:
            task.upgrade_due_ms = now + round(self._settings.upgrade_seconds * 1000)
            self._workshop.keep(task)
        if now < task.upgrade_due_ms or not self._studio.has(film):
            return envelope(400, PROCESSING_1080P)
        return success({"resultUrl": task.url(film.name)})

    async def _credit(self, request: Request) -> Response:
        admit(request)
        return success(self._accounts.balance(request))

    async def _upload_base64(self, request: Request) -> Response:
        admit(request)
        return self._uploads.keep_base64(read_json(await request.body()), str(request.base_url))

    async def _upload_stream(self, request: Request) -> Response:
        admit(request)
        async with request.form() as form:
            return await self._uploads.keep_form(form, str(request.base_url))

    async def _uploaded(self, request: Request) -> Response:
        return self._uploads.serve(request.path_params["path"])

    async def _file(self, request: Request) -> Response:
        """Send a result, without a key, as the real links are; ranges work."""
        name = request.path_params["name"]
        path = self._studio.find(name) if _FILE_NAME.fullmatch(name) else None
        return FileResponse(path, media_type="video/mp4") if path else self.refuse(404, "Not Found")


def _admit_creation(request: Request) -> str:
    """Count the request as refused until it is accepted."""
    request.state.operation = "create-refused"
    return admit(request)


def _refuse_1080p(task: Task) -> None:
    """Refuse a larger version where the prompt chose so, as for a video of the fallback model (2.6); kie's text is not documented."""
    if "no-1080p" in task.fates:
        raise Refused(400, "This video cannot be generated in 1080P.")


def _spoken(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, with refusals in kie's envelope."""

    async def spoken(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refusal:
            return envelope(refusal.code, str(refusal), http=refusal.http)

    return spoken
