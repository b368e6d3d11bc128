"""Links that open one thing for a while: nobody makes, changes or prolongs one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr.storage import links
from tests.support.binding import bind, let_go

LIFE = timedelta(minutes=15)


@pytest.fixture(scope="module", autouse=True)
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        bind(patch, tmp_path_factory.mktemp("links"))
        yield
        let_go()


@given(st.from_regex(r"(720p|1080p):[0-9a-f]{32}", fullmatch=True))
def test_a_link_opens_what_it_was_made_for(subject: str) -> None:
    assert links.read(links.sign(subject, life=LIFE)) == subject


def test_a_link_works_until_its_time_and_not_a_second_longer() -> None:
    token = links.sign("720p:some", life=LIFE, now=1000.0)

    assert links.read(token, now=1899.0) == "720p:some"
    assert links.read(token, now=1900.0) is None


@given(st.data())
def test_a_link_that_was_altered_opens_nothing(data: st.DataObject) -> None:
    token = links.sign("720p:some", life=LIFE)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda letter: letter != token[place]))

    assert links.read(token[:place] + other + token[place + 1 :]) is None


@given(st.text(max_size=600))
def test_what_is_no_link_opens_nothing(token: str) -> None:
    assert links.read(token) is None


def test_a_link_of_another_site_opens_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    token = links.sign("720p:some", life=LIFE)

    with pytest.MonkeyPatch.context() as patch:
        bind(patch, tmp_path, secret_key="of another site")
        opened = links.read(token)
    let_go()

    assert opened is None
    del monkeypatch
