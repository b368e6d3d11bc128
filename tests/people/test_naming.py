"""An address is named where all of it stands, and not where a longer one does."""

from __future__ import annotations

import pytest

from cuttingasmr.people.naming import names

ADDRESS = "neil@example.org"


@pytest.mark.parametrize(
    "value",
    [
        "neil@example.org",
        "NEIL@Example.ORG",
        "See neil@example.org.",
        "Called 'neil@example.org'",
        "Neil <neil@example.org>, by phone",
        "mailto:neil@example.org?subject=x",
        "one line\nneil@example.org",
        {"deep": [{"who": ["x", "neil@example.org"]}]},
        {"neil@example.org": 1},
    ],
    ids=repr,
)
def test_it_is_named(value: object) -> None:
    assert names(value, ADDRESS)


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        17,
        "oneil@example.org",
        "o'neil@example.org",
        "o-neil@example.org",
        "o.neil@example.org",
        "o+neil@example.org",
        "neil@example.organic",
        "neil@example.org.uk",
        "neil@example.org-site.net",
        "neil@exampleXorg",
        ["neil", "@example.org"],
    ],
    ids=repr,
)
def test_it_is_somebody_elses(value: object) -> None:
    assert not names(value, ADDRESS)
