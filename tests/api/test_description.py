"""The API keeps to its own description: whatever schemathesis makes up from it, nothing breaks and nothing is undeclared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.api.app import make_api as make_the_api
from cuttingasmr.auth import operators, sessions
from cuttingasmr.models import User
from tests.support.api import Api, serving
from tests.support.databases import Databases
from tests.support.people import make_user
from tests.support.site import OPERATOR, Sandbox

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("DESCRIPTION_EXAMPLES", "6"))
"""For each operation and each of three people; more of them find more: `DESCRIPTION_EXAMPLES=500`."""

schema = schemathesis.openapi.from_dict(make_the_api().openapi())
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
OPERATIONS: dict[str, Any] = {
    operation.label: operation
    for operation in (cast("Any", found).ok() for found in schema.get_all_operations())
}


@pytest.fixture(scope="module")
def described(
    databases: Databases, shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("described")
    with serving(databases.make("sqlite"), shared_sandbox, folder, admin_emails=OPERATOR) as api:
        make_user(email=OPERATOR, credits=10_000)
        db.run(operators.vouch_for, email=OPERATOR)
        yield api


def cookies_of() -> list[dict[str, str]]:
    """Give the cookies of nobody, of somebody, and of an operator."""
    people = [make_user(credits=10_000), db.look(operator_id)]
    return [{}, *({sessions.COOKIE: db.run(sessions.begin, user_id=user_id)} for user_id in people)]


def operator_id(session: Session) -> str:
    return session.exec(select(User.id).where(col(User.email) == OPERATOR)).one()


def test_every_status_is_named_one_by_one() -> None:
    for path, operations in make_the_api().openapi()["paths"].items():
        for method, operation in operations.items():
            assert all(status.isdigit() for status in operation["responses"]), f"{method} {path}"


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_an_operation_answers_as_it_is_described(described: Api, label: str) -> None:
    operation = OPERATIONS[label]
    people = cookies_of()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES <= 6,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=operation.as_strategy())
    def answers(case: schemathesis.Case) -> None:
        for cookies in people:
            case.call_and_validate(base_url=described.url, checks=CHECKS, cookies=cookies, timeout=20)

    answers()


def test_the_description_is_served_as_it_is(described: Api) -> None:
    answer: httpx.Response = described.browser().get("/api/openapi.json")

    assert answer.json() == make_the_api().openapi()
