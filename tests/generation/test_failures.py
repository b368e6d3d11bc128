"""The provider's codes and texts (providers.md §2.5): whose fault each was, what is done about it, and what a person reads."""

from __future__ import annotations

import pytest

from cuttingasmr.generation import failures
from cuttingasmr.generation.failures import SENTENCES, Action, Failure, Fault, of_provider, sentence

FLAGGED = "Your prompt was flagged by Website as violating content policies."
FLOW = "Your request was rejected by Flow({}). You may consider using our other fallback channels, which are likely to succeed."
GIVE_BACK, RETRY, WAIT = Action


@pytest.mark.parametrize(
    ("code", "text", "said", "fault", "action"),
    [
        pytest.param("400", FLAGGED, "PromptRejected", Fault.PROMPT, GIVE_BACK, id="flagged"),
        pytest.param("422", FLOW.format(FLAGGED), "PromptRejected", Fault.PROMPT, GIVE_BACK, id="flagged by Flow"),
        pytest.param("501", FLAGGED, "PromptRejected", Fault.PROMPT, GIVE_BACK, id="flagged, with another code"),
        pytest.param("", FLAGGED.upper(), "PromptRejected", Fault.PROMPT, GIVE_BACK, id="flagged, loudly"),
        pytest.param("400", "Only English prompts are supported at this time.", "PromptNotEnglish", Fault.PROMPT, GIVE_BACK, id="English only"),
        pytest.param("422", FLOW.format("<original error>"), "PromptRefused", Fault.PROMPT, GIVE_BACK, id="rejected by Flow"),
        pytest.param("400", "", "PromptRefused", Fault.PROMPT, GIVE_BACK, id="refused, and not why"),
        pytest.param("400", "public error unsafe image upload.", "PictureRejected", Fault.PROMPT, GIVE_BACK, id="unsafe picture"),
        pytest.param("400", "Failed to fetch the image. Kindly verify any access limits set by you or your service provider.", "PictureUnreadable", Fault.OURS, RETRY, id="picture not fetched"),
        pytest.param("451", "", "PictureUnreadable", Fault.OURS, RETRY, id="picture not fetched, by its code"),
        pytest.param("401", "Unauthorized", "AccountTrouble", Fault.OURS, RETRY, id="our key"),
        pytest.param("402", "Insufficient Credits", "AccountTrouble", Fault.OURS, RETRY, id="our credit"),
        pytest.param("404", "Not Found", "TaskLost", Fault.PROVIDER, GIVE_BACK, id="not found"),
        pytest.param("408", "Upstream is currently experiencing service issues. No result has been returned for over 10 minutes.", "ProviderSlow", Fault.PROVIDER, RETRY, id="upstream"),
        pytest.param("429", "Rate limited", "ProviderBusy", Fault.CAPACITY, WAIT, id="too many"),
        pytest.param("455", "Service unavailable, maintenance", "Maintenance", Fault.CAPACITY, WAIT, id="maintenance"),
        pytest.param("500", "Internal Error, Please try again later.", "RenderFailed", Fault.PROVIDER, RETRY, id="an error inside"),
        pytest.param("501", "Generation failed", "RenderFailed", Fault.PROVIDER, RETRY, id="generation failed"),
        pytest.param("505", "Feature disabled", "NotOffered", Fault.PROVIDER, GIVE_BACK, id="not offered"),
        pytest.param("", "", "RenderFailed", Fault.PROVIDER, RETRY, id="nothing said"),
        pytest.param("999", "something new", "RenderFailed", Fault.PROVIDER, RETRY, id="something new"),
    ],
)  # fmt: skip
def test_what_the_provider_says_is_sorted(
    code: str, text: str, said: str, fault: Fault, action: Action
) -> None:
    failure = of_provider(code, text)

    assert (failure.code, failure.fault, failure.action) == (said, fault, action)
    assert failure.message == SENTENCES["en"][said]


def all_failures() -> dict[str, Failure]:
    return {name: value for name, value in vars(failures).items() if isinstance(value, Failure)}


@pytest.mark.parametrize("code", SENTENCES["en"])
def test_each_code_has_a_sentence_without_jargon(code: str) -> None:
    said = sentence(code)

    assert code.isidentifier()
    assert said.endswith(".")
    assert not any(word in said for word in ("kie", "Veo", "task", "null", "Exception", "50"))
    assert len(code) <= 64
    assert len(said) <= 300


def test_every_failure_is_said_by_its_code_and_no_two_share_one() -> None:
    codes = [failure.code for failure in all_failures().values()]

    assert sorted(codes) == sorted(SENTENCES["en"])


def test_a_language_says_what_it_can_and_english_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SENTENCES, "de", {"TooSlow": "Das dauerte zu lange."})

    assert sentence("TooSlow", "de") == "Das dauerte zu lange."
    assert sentence("TaskLost", "de") == sentence("TaskLost")
    assert sentence("NeverHeardOf", "fr") == SENTENCES["en"]["Unexpected"]
