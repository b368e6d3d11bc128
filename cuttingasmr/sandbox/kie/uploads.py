"""Files that people send (`providers.md` 2.11). One rule: a name from outside never chooses a place on the disk."""

import base64
import binascii
import mimetypes
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, JSONResponse, Response

from .refusal import Refused
from .wire import envelope

_MOST_BYTES = 100 * 1024 * 1024
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+|\.{2,}")


class Uploads:
    """Uploaded files below one folder, each under a number of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_base64(self, told: dict[str, Any], site: str) -> Response:
        """Keep `base64Data`, raw or as a data URL."""
        data = told.get("base64Data")
        if not isinstance(data, str) or not data:
            raise Refused(422, "base64Data is required")
        try:
            content = base64.b64decode(data.rpartition(",")[2], validate=True)
        except binascii.Error as reason:
            raise Refused(422, "base64Data is not base64") from reason
        return self._keep(
            content, str(told.get("fileName") or "upload.png"), str(told.get("uploadPath") or ""), site
        )

    async def keep_form(self, form: FormData, site: str) -> Response:
        """Keep the multipart field `file`."""
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            raise Refused(422, "file is required")
        name = str(form.get("fileName") or sent.filename or "upload.bin")
        return self._keep(await sent.read(), name, str(form.get("uploadPath") or ""), site)

    def serve(self, path: str) -> Response:
        """Send the file behind a download link; only pictures keep their type."""
        number, _, name = path.partition("/")
        place = self._folder / _plain(number) / _plain(name.rpartition("/")[2])
        if not place.is_file():
            return envelope(404, "Not Found")
        return FileResponse(place, media_type=_picture_type(place.name))

    def _keep(self, content: bytes, name: str, folder: str, site: str) -> Response:
        if len(content) > _MOST_BYTES:
            raise Refused(422, "The file is larger than 100 MB")
        number, name = secrets.token_hex(8), _plain(name)
        place = self._folder / number / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        path = "/".join([*(_plain(part) for part in folder.split("/") if part), name])
        data = {
            "fileName": name,
            "filePath": path,
            "downloadUrl": f"{site}kie/uploads/{number}/{path}",
            "fileSize": len(content),
            "mimeType": _picture_type(name),
            "uploadedAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        return JSONResponse({"success": True, "code": 200, "msg": "File uploaded successfully", "data": data})


def _plain(name: str) -> str:
    return _STRANGE.sub("-", name).strip(".-")[-100:] or "file"


def _picture_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if guessed.startswith("image/") and "svg" not in guessed else "application/octet-stream"
