"""A bucket that speaks as much of Amazon's S3 API as a store of ours uses, over HTTP on this machine.

Written from Amazon's API reference. It does not check who signed what, only that something did, and until when a link is to work.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

NAME = "films"


class Thing(NamedTuple):
    """One object."""

    content: bytes
    kind: str
    treatment: str
    changed: float

    @property
    def headers(self) -> dict[str, str]:
        """What is said of it."""
        told = {"content-type": self.kind, "content-disposition": self.treatment}
        mark = hashlib.md5(self.content, usedforsecurity=False).hexdigest()
        changed = formatdate(self.changed, usegmt=True)
        return {**told, "etag": f'"{mark}"', "last-modified": changed}


class Bucket:
    """The bucket, what is in it, and what it was asked; `refuses` makes it answer everything with 403."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.told: dict[str, tuple[str, str]] = {}
        self.asked: list[str] = []
        self.ranges: list[str] = []
        self.refuses = False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answer", (_Answer,), {"bucket": self}))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Where a store of ours finds it."""
        return {
            "storage_url": f"s3://{NAME}",
            "aws_endpoint": self.url,
            "aws_allow_http": "true",
            "aws_region": "auto",
            "aws_access_key_id": "some",
            "aws_secret_access_key": "secret",
        }


class _Answer(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        key = unquote(address.path).removeprefix(f"/{NAME}").lstrip("/")
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.bucket.asked.append(f"{self.command} {key}")
        if self.bucket.refuses or not self._is_allowed(query):
            self._say(403, b"<Error><Code>AccessDenied</Code></Error>")
        else:
            getattr(self, f"_{self.command.lower()}")(key, query, body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _do  # noqa: N815 - the base class calls them so

    def _is_allowed(self, query: dict[str, str]) -> bool:
        if "X-Amz-Signature" not in query:
            return "AWS4-HMAC-SHA256" in self.headers.get("authorization", "")
        begun = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return time.time() < begun.timestamp() + int(query["X-Amz-Expires"])

    def _put(self, key: str, query: dict[str, str], body: bytes) -> None:
        if "partNumber" in query:
            self.bucket.parts[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self._keep(key, body, *self._told())
        self._say(200, b"", {"etag": '"some"'})

    def _post(self, key: str, query: dict[str, str], body: bytes) -> None:
        if "uploads" in query:
            self.bucket.parts[key] = {}
            self.bucket.told[key] = self._told()
            self._say(200, self._xml("InitiateMultipartUploadResult", f"<UploadId>{key}</UploadId>"))
        elif "delete" in query:
            gone = re.findall(r"<Key>.*?</Key>", body.decode())
            for each in gone:
                self.bucket.things.pop(each[5:-6], None)
            self._say(200, self._xml("DeleteResult", f"<Deleted>{''.join(gone)}</Deleted>"))
        else:
            parts = self.bucket.parts.pop(query["uploadId"])
            self._keep(key, b"".join(parts[number] for number in sorted(parts)), *self.bucket.told[key])
            self._say(200, self._xml("CompleteMultipartUploadResult", "<ETag>some</ETag>"))

    def _get(self, key: str, query: dict[str, str], _body: bytes) -> None:
        if "list-type" in query:
            self._list(query)
        elif key not in self.bucket.things:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._give(self.bucket.things[key])

    _head = _get

    def _delete(self, key: str, _query: dict[str, str], _body: bytes) -> None:
        self.bucket.things.pop(key, None)
        self._say(204, b"")

    def _give(self, thing: Thing) -> None:
        headers = thing.headers
        self.bucket.ranges.append(self.headers.get("range", ""))
        part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if part is None:
            self._say(200, thing.content, headers)
            return
        begin, end = int(part[1]), int(part[2] or len(thing.content) - 1) + 1
        headers["content-range"] = f"bytes {begin}-{end - 1}/{len(thing.content)}"
        self._say(206, thing.content[begin:end], headers)

    def _list(self, query: dict[str, str]) -> None:
        after, most = query.get("start-after", ""), int(query.get("max-keys", 1000))
        found = sorted(
            key for key in self.bucket.things if key.startswith(query.get("prefix", "")) and key > after
        )
        items = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.bucket.things[key].content)}</Size>"
            f"<LastModified>{datetime.fromtimestamp(self.bucket.things[key].changed, UTC):%Y-%m-%dT%H:%M:%S.000Z}"
            "</LastModified><ETag>some</ETag></Contents>"
            for key in found[:most]
        )
        more = f"<IsTruncated>{str(len(found) > most).lower()}</IsTruncated>"
        self._say(200, self._xml("ListBucketResult", items + more))

    def _told(self) -> tuple[str, str]:
        kind = self.headers.get("content-type", "binary/octet-stream")
        return kind, self.headers.get("content-disposition", "")

    def _keep(self, key: str, content: bytes, kind: str, treatment: str) -> None:
        self.bucket.things[key] = Thing(content, kind, treatment, time.time())

    @staticmethod
    def _xml(name: str, inside: str) -> bytes:
        return f'<?xml version="1.0" encoding="UTF-8"?><{name}>{inside}</{name}>'.encode()

    def _say(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_words: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silent
        pass


@contextmanager
def holding() -> Iterator[Bucket]:
    """Run one while the block runs."""
    bucket = Bucket()
    bucket.server.daemon_threads = True  # a client that keeps its line open is not waited for
    thread = threading.Thread(target=bucket.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield bucket
    finally:
        bucket.server.shutdown()
        thread.join()
        bucket.server.server_close()
