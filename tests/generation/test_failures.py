"""The provider's codes and texts (providers.md §2.5), sorted into what a person reads and whose fault it was."""

from __future__ import annotations

import pytest

from cuttingasmr.generation import failures
from cuttingasmr.generation.failures import ENGLISH_ONLY, POLICY, REFUSED, RENDER_FAILED, Failure, of_provider

FLAGGED = "Your prompt was flagged by Website as violating content policies."


@pytest.mark.parametrize(
    ("code", "text", "failure"),
    [
        pytest.param("400", FLAGGED, POLICY, id="flagged"),
        pytest.param(
            "422",
            f"Your request was rejected by Flow({FLAGGED}). You may consider using our other fallback channels.",
            POLICY,
            id="flagged by Flow",
        ),
        pytest.param("400", "public error unsafe image upload.", POLICY, id="unsafe"),
        pytest.param("501", FLAGGED, POLICY, id="flagged, with another code"),
        pytest.param("", FLAGGED.upper(), POLICY, id="flagged, loudly"),
        pytest.param(
            "400", "Only English prompts are supported at this time.", ENGLISH_ONLY, id="English only"
        ),
        pytest.param(
            "422", "Your request was rejected by Flow(<original error>).", REFUSED, id="rejected by Flow"
        ),
        pytest.param("400", "", REFUSED, id="refused, and not why"),
        pytest.param("451", "Failed to fetch the image", REFUSED, id="no image"),
        pytest.param("500", "Internal Error, Please try again later.", RENDER_FAILED, id="an error inside"),
        pytest.param("501", "Generation failed", RENDER_FAILED, id="generation failed"),
        pytest.param("", "", RENDER_FAILED, id="nothing said"),
        pytest.param("999", "something new", RENDER_FAILED, id="something new"),
    ],
)
def test_what_the_provider_says_is_sorted(code: str, text: str, failure: Failure) -> None:
    assert of_provider(code, text) == failure


@pytest.mark.parametrize(
    "failure",
    [pytest.param(value, id=name) for name, value in vars(failures).items() if isinstance(value, Failure)],
)
def test_each_failure_is_a_code_and_a_sentence_without_jargon(failure: Failure) -> None:
    assert failure.code.isidentifier()
    assert failure.message.endswith(".")
    assert not any(word in failure.message for word in ("kie", "Veo", "task", "null", "Exception", "50"))
    assert len(failure.code) <= 64
    assert len(failure.message) <= 500
