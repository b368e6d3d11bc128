"""The settings: development needs none, production names every one that is missing, and no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from cuttingasmr.errors import HalfConfigured
from cuttingasmr.settings import PRODUCTION_NEEDS, SANDBOX_KEY, Settings

WHOLE = {
    "APP_ENV": "production",
    "APP_URL": "https://asmr.example/",
    "SECRET_KEY": "a-very-secret-key",
    "DATABASE_URL": "postgresql://site:a-secret-password@db.example/site",
    "REDIS_URL": "redis://:a-secret-word@redis.example/0",
    "STORAGE_URL": "s3://films",
    "CREEM_API_KEY": "creem_secret",
    "CREEM_WEBHOOK_SECRET": "whsec_secret",
    "CREEM_PRODUCT_STARTER": "prod_1",
    "CREEM_PRODUCT_STANDARD": "prod_2",
    "CREEM_PRODUCT_PREMIUM": "prod_3",
    "VEO3_API_KEYS": "kie-secret-one, kie-secret-two",
}


def read(monkeypatch: pytest.MonkeyPatch, folder: Path, **environment: str) -> Settings:
    """Read the settings from this environment and no other."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(folder)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_development_needs_nothing_and_fills_every_gap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, tmp_path)

    assert settings.app_url == "http://localhost:3000"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/cuttingasmr.db"
    assert settings.storage_url == f"file://{tmp_path}/data/media"
    assert settings.veo3_api_base_url == "http://127.0.0.1:3900/kie"
    assert settings.creem_api_url == "http://127.0.0.1:3900/creem"
    assert settings.provider_keys == (SANDBOX_KEY,)
    assert len(settings.secret_key.get_secret_value()) >= 32
    assert not settings.is_secure


def test_each_start_without_a_secret_key_makes_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, other = read(monkeypatch, tmp_path), read(monkeypatch, tmp_path)

    assert one.secret_key.get_secret_value() != other.secret_key.get_secret_value()


def test_production_names_all_that_is_missing_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(HalfConfigured) as refusal:
        read(monkeypatch, tmp_path, APP_ENV="production")

    assert refusal.value.missing == list(PRODUCTION_NEEDS)
    assert all(name in str(refusal.value) for name in PRODUCTION_NEEDS)


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in PRODUCTION_NEEDS])
@pytest.mark.parametrize("value", [pytest.param(value, id=repr(value)) for value in ("", " ", " , ")])
def test_production_refuses_to_start_without_one_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(HalfConfigured) as refusal:
        read(monkeypatch, tmp_path, **{**WHOLE, name: value})

    assert refusal.value.missing == [name]


def test_a_whole_production_speaks_to_the_real_providers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, tmp_path, **WHOLE)

    assert settings.app_url == "https://asmr.example"
    assert settings.is_secure
    assert settings.creem_api_url == "https://api.creem.io"
    assert settings.veo3_api_base_url == "https://api.kie.ai"
    assert settings.provider_keys == ("kie-secret-one", "kie-secret-two")


def test_a_key_in_development_speaks_to_creems_test_mode(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, tmp_path, CREEM_API_KEY="creem_test_x", VEO3_API_KEYS="x")

    assert settings.creem_api_url == "https://test-api.creem.io"
    assert settings.veo3_api_base_url == "https://api.kie.ai"


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        pytest.param("postgres://u@h/d", "postgresql+psycopg2://u@h/d", id="the old scheme"),
        pytest.param("postgresql://u@h/d", "postgresql+psycopg2://u@h/d", id="no driver"),
        pytest.param("postgresql+psycopg2://u@h/d", "postgresql+psycopg2://u@h/d", id="the driver itself"),
        pytest.param("sqlite:////tmp/x.db", "sqlite:////tmp/x.db", id="SQLite"),
    ],
)
def test_the_database_gets_its_driver(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, read_as: str
) -> None:
    settings = read(monkeypatch, tmp_path, DATABASE_URL=given)

    assert settings.database_url == read_as
    assert settings.is_sqlite is given.startswith("sqlite")


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        pytest.param("one", ("one",), id="one"),
        pytest.param(" one , two,,three ,", ("one", "two", "three"), id="several, untidy"),
        pytest.param(" , ,", (SANDBOX_KEY,), id="commas alone are none"),
    ],
)
def test_keys_are_a_list_with_commas(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, keys: tuple[str, ...]
) -> None:
    assert read(monkeypatch, tmp_path, VEO3_API_KEYS=given).provider_keys == keys


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("PORT", "0", id="a port that is none"),
        pytest.param("PORT", "http", id="a port that is no number"),
        pytest.param("APP_ENV", "staging", id="a kind of site that there is not"),
        pytest.param("VIDEO_COST", "0", id="videos for nothing"),
        pytest.param("WELCOME_CREDITS", "-1", id="a welcome that takes"),
        pytest.param("WORKER", "yes", id="a worker that is no kind of worker"),
        pytest.param("VEO3_API_FLAVOR", "sora", id="an engine that there is not"),
        pytest.param("WAIT_LIMIT_SECONDS", "0", id="no patience"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        read(monkeypatch, tmp_path, **{name: value})

    assert [error["loc"] for error in refusal.value.errors()] == [(name.lower(),)]


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read(monkeypatch, tmp_path, PORT="", APP_ENV="", VIDEO_COST="").port == 3000


@pytest.mark.parametrize("show", [pytest.param(repr, id="repr"), pytest.param(str, id="str")])
def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, show: type[str]) -> None:
    settings = read(monkeypatch, tmp_path, **WHOLE, VEO3_WEBHOOK_HMAC_KEY="another-secret")

    secrets = (
        "very-secret",
        "secret-password",
        "secret-word",
        "creem_secret",
        "kie-secret",
        "another-secret",
    )
    assert [secret for secret in secrets if secret in show(settings)] == []


def test_a_refused_start_shows_no_secret_either(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises((ValidationError, HalfConfigured)) as wrong:
        read(monkeypatch, tmp_path, **{**WHOLE, "PORT": "x"})
    with pytest.raises(HalfConfigured) as missing:
        read(monkeypatch, tmp_path, **{**WHOLE, "APP_URL": ""})

    assert "secret" not in f"{wrong.value} {missing.value}"
