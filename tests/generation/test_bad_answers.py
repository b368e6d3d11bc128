"""A provider that answers nonsense, while an engine works: each video comes or is given back with the reason, and the engine lives."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation.failures import sentence
from cuttingasmr.providers.http import LARGEST_ANSWER
from tests.support.api import Api, Person, working
from tests.support.databases import Databases
from tests.support.films import picture_alone, small_film, sound_alone
from tests.support.liar import Asked, Liar, lying
from tests.support.site import Sandbox

GIGABYTE = 1_000_000_000

NONSENSE = {
    "empty": b"",
    "HTML": b"<html><h1>502 Bad Gateway</h1></html>",
    "huge": b"[" * (LARGEST_ANSWER + 1),
    "wrongly typed": b'{"code": "many", "data": 7}',
    "without its fields": b'{"code": 200, "msg": "success", "data": {"successFlag": {}}}',
    "with a new code": b'{"code": 777, "msg": "?", "data": null, "more": {}}',
}
"""Records that tell nothing: the provider is asked again, and then tells the truth."""

FILES = {
    "a page for a film": (lambda: b"<!doctype html><title>Not found</title>", "BrokenFile"),
    "nothing for a film": (lambda: b"", "BrokenFile"),
    "sound alone": (lambda: sound_alone(8), "BrokenFile"),
    "picture alone": (lambda: picture_alone(24 * 8), "BrokenFile"),
    "two gigabytes": (lambda: b"begins", "BrokenFile"),
}
"""Files that are none, and what is said."""

RECORDS = {
    "no file at all": ({"successFlag": 1, "response": {"resultUrls": []}}, "BrokenFile"),
    "the clouds own": (
        {"successFlag": 1, "response": {"resultUrls": ["http://169.254.169.254/latest/meta-data/"]}},
        "UnsafeLink",
    ),
    "the site itself": (
        {"successFlag": 1, "response": {"resultUrls": ["http://10.0.0.1/film"]}},
        "UnsafeLink",
    ),
    "a new flag": (
        {"successFlag": 42, "errorCode": 987, "errorMessage": "moon phase", "new": []},
        "RenderFailed",
    ),
}
"""Records that are read, and what is said."""


class Nonsense:
    """Makes a task of every order, named after the prompt, and tells of it what the tables above have."""

    def __init__(self, liar: Liar) -> None:
        self._url, self._film, self._questions = liar.url, small_film(), Counter[str]()
        liar.claims["/files/two-gigabytes"] = 2 * GIGABYTE

    def __call__(self, asked: Asked) -> bytes | None:
        if asked.method == "POST":
            return _envelope({"taskId": json.loads(asked.body)["prompt"].replace(" ", "-")})
        path, _, name = asked.path.replace("?taskId=", "/").rpartition("/")
        name = name.replace("-", " ")
        return self._record(name) if "record-info" in path else self._file(name)

    def _record(self, name: str) -> bytes:
        self._questions[name] += 1
        if name in NONSENSE and self._questions[name] <= 2:
            return NONSENSE[name]
        if name in RECORDS:
            return _envelope(RECORDS[name][0])
        url = f"{self._url}/files/{name.replace(' ', '-')}"
        return _envelope({"successFlag": 1, "response": {"resultUrls": [url]}})

    def _file(self, name: str) -> bytes:
        return FILES[name][0]() if name in FILES else self._film


def _envelope(data: dict[str, object]) -> bytes:
    return json.dumps({"code": 200, "msg": "success", "data": data}).encode()


@pytest.fixture(scope="module")
def ada(
    databases: Databases, shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Person]:
    """Somebody whose videos such a provider makes."""
    with lying() as liar:
        liar.invents = Nonsense(liar)
        keys = {"veo3_api_base_url": liar.url, "veo3_api_keys": "some"}
        folder = tmp_path_factory.mktemp("nonsense")
        with working(databases.make("sqlite"), shared_sandbox, folder, **keys) as api:
            yield _rich(api)


def _rich(api: Api) -> Person:
    return api.someone(credits=1000)


def test_each_video_comes_or_is_given_back_with_the_reason_and_the_engine_lives(ada: Person) -> None:
    told = {name: code for table in (FILES, RECORDS) for name, (_, code) in table.items()}
    started = {name: ada.start(name) for name in (*told, *NONSENSE)}

    seen = {name: ada.wait_for(video, "ready", "failed", seconds=60) for name, video in started.items()}

    ended = {name: (video["stage"], video["errorCode"], video["error"]) for name, video in seen.items()}
    assert ended == {name: ("failed", code, sentence(code)) for name, code in told.items()} | dict.fromkeys(
        NONSENSE, ("ready", None, None)
    )
    assert {name: video["creditsReturned"] for name, video in seen.items()} == dict.fromkeys(
        told, 10
    ) | dict.fromkeys(NONSENSE, 0)
    assert ada.balance() == 1000 - 10 * len(NONSENSE)
    assert db.look(audit.find_all) == []
    assert ada.wait_for(ada.start("a good one"), "ready")["creditsReturned"] == 0
