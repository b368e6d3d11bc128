"""The settings: development needs none, production names every one that is missing, and no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from cuttingasmr.clerk_address import frontend_host
from cuttingasmr.errors import HalfConfigured
from cuttingasmr.settings import CLERK_NEEDS, MAIL_NEEDS, PRODUCTION_NEEDS, SANDBOX_KEY, Settings
from cuttingasmr.smtp_address import SmtpServer, smtp_server

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
    "CLERK_PUBLISHABLE_KEY": "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
    "CLERK_SECRET_KEY": "sk_live_clerk-secret",
    "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_Y2xlcmstc2VjcmV0",
}
NEEDS = PRODUCTION_NEEDS + CLERK_NEEDS
US = "us:pass%40word"
MAIL = {"SMTP_URL": f"smtps://{US}@mail.example", "MAIL_FROM": "CuttingASMR <no-reply@asmr.example>"}


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

    assert refusal.value.missing == list(NEEDS)
    assert all(name in str(refusal.value) for name in NEEDS)


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in NEEDS])
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


def test_clerk_is_found_by_its_publishable_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(monkeypatch, tmp_path, **WHOLE)

    assert settings.has_clerk
    assert settings.clerk_frontend_url == "https://clerk.example.com"
    assert settings.clerk_jwks_url == "https://clerk.example.com/.well-known/jwks.json"
    assert settings.clerk_api_url == "https://api.clerk.com"
    assert settings.own_origins == {"https://asmr.example"}
    assert "https://clerk.example.com" in settings.clerk_script_hosts["script-src"]
    assert "https://img.clerk.com" in settings.clerk_script_hosts["img-src"]


def test_clerk_behind_a_proxy_is_found_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(monkeypatch, tmp_path, **WHOLE, CLERK_PROXY_URL="https://asmr.example/__clerk/")

    assert settings.clerk_frontend_url == "https://asmr.example/__clerk"
    assert settings.clerk_jwks_url == "https://asmr.example/__clerk/.well-known/jwks.json"
    assert settings.clerk_script_hosts["connect-src"][0] == "https://asmr.example"


def test_a_production_of_local_accounts_needs_no_clerk_and_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = {name: value for name, value in WHOLE.items() if not name.startswith("CLERK_")}

    assert not read(monkeypatch, tmp_path, **alone, **MAIL, ACCOUNTS="local").has_clerk
    assert not read(monkeypatch, tmp_path, **WHOLE, **MAIL, ACCOUNTS="local").has_clerk


def test_a_production_of_local_accounts_names_the_mail_settings_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(HalfConfigured) as refusal:
        read(monkeypatch, tmp_path, **WHOLE, ACCOUNTS="local")
    assert refusal.value.missing == list(MAIL_NEEDS)

    with pytest.raises(HalfConfigured) as refusal:  # half of it is no use with Clerk either
        read(monkeypatch, tmp_path, **WHOLE, SMTP_URL=MAIL["SMTP_URL"])
    assert refusal.value.missing == ["MAIL_FROM"]


def test_only_a_site_that_can_write_to_people_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert read(monkeypatch, tmp_path).has_mail  # by the sandbox
    assert not read(monkeypatch, tmp_path, **WHOLE).has_mail  # Clerk writes to its people
    assert read(monkeypatch, tmp_path, **WHOLE, **MAIL).has_mail


@pytest.mark.parametrize(
    ("url", "server"),
    [
        pytest.param(
            f"smtps://{US}@mail.example",
            SmtpServer("mail.example", 465, "us", "pass@word", is_tls=True, is_plain=False),
            id="TLS from the start",
        ),
        pytest.param(
            f"smtp://{US}@mail.example:2525/",
            SmtpServer("mail.example", 2525, "us", "pass@word", is_tls=False, is_plain=False),
            id="upgraded",
        ),
        pytest.param(
            "smtp://127.0.0.1?tls=never",
            SmtpServer("127.0.0.1", 587, "", "", is_tls=False, is_plain=True),
            id="on this machine, in the clear",
        ),
    ],
)
def test_an_address_says_how_mail_is_handed_over(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("smtp://mail.example?tls=never", id="in the clear, over the network"),
        pytest.param("smtps://127.0.0.1?tls=never", id="both"),
        pytest.param("smtp://mail.example?tls=maybe", id="something else"),
        pytest.param("https://mail.example", id="another kind"),
        pytest.param("mail.example", id="no kind"),
        pytest.param("smtp://", id="nobody"),
        pytest.param("smtp://mail.example:mail", id="no port"),
        pytest.param("smtp://secret-word@[mail", id="no host"),
    ],
)
def test_what_names_no_mail_server_stops_the_start_and_shows_no_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        read(monkeypatch, tmp_path, SMTP_URL=url)

    assert "secret-word" not in str(refusal.value)


@pytest.mark.parametrize("sender", ["nobody", "Us <us@>", "Us\x01 <us@asmr.example>", "us@localhost", "<>"])
def test_who_writes_must_be_somebody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sender: str) -> None:
    with pytest.raises(ValidationError):
        read(monkeypatch, tmp_path, MAIL_FROM=sender)


def test_in_development_there_is_a_clerk_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = read(monkeypatch, tmp_path)
    assert (plain.has_clerk, plain.clerk_script_hosts) == (False, {})

    ours = read(monkeypatch, tmp_path, CLERK_PUBLISHABLE_KEY="sandbox")

    assert ours.clerk_frontend_url == "http://127.0.0.1:3900/clerk"
    assert frontend_host(ours.clerk_publishable_key) == "127.0.0.1:3900"
    assert "http://127.0.0.1:3000" in ours.own_origins


@pytest.mark.parametrize(
    ("key", "host"),
    [
        pytest.param(
            "pk_test_ZXhhbXBsZS5hY2NvdW50cy5kZXYk", "example.accounts.dev", id="of Clerk's documentation"
        ),
        pytest.param("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "clerk.example.com", id="a live one"),
        pytest.param("pk_live_Y2xlcmsuYXNtci5leGFtcGxlJA", "clerk.asmr.example", id="without padding"),
        pytest.param("pk_live_Y2xlcmsuYXNtci5leGFtcGxlJA==", "clerk.asmr.example", id="with padding"),
    ],
)
def test_a_publishable_key_names_its_host(key: str, host: str) -> None:
    assert frontend_host(key) == host


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("sk_test_ZXhhbXBsZS5hY2NvdW50cy5kZXYk", id="a secret key"),
        pytest.param("pk_prod_ZXhhbXBsZS5hY2NvdW50cy5kZXYk", id="neither test nor live"),
        pytest.param("pk_test_ZXhhbXBsZS5hY2NvdW50cy5kZXY", id="no sign at its end"),
        pytest.param("pk_test_bG9jYWxob3N0JA", id="no dot"),
        pytest.param("pk_test_YSQuYiQ", id="two signs"),
        pytest.param("pk_test_ZXZpbC5leGFtcGxlL3gk", id="a path"),
        pytest.param("pk_test_ZXZpbEBhLmIk", id="somebody's host"),
        pytest.param("pk_test_\u00e4", id="no base64"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_publishable_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    with pytest.raises(ValueError, match="no publishable key"):
        frontend_host(key)
    if key:
        with pytest.raises(ValidationError):
            read(monkeypatch, tmp_path, **{**WHOLE, "CLERK_PUBLISHABLE_KEY": key})


def test_half_a_clerk_is_refused_in_development_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="CLERK_SECRET_KEY"):
        read(monkeypatch, tmp_path, CLERK_PUBLISHABLE_KEY=WHOLE["CLERK_PUBLISHABLE_KEY"])


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
        "clerk-secret",
        "Y2xlcmstc2VjcmV0",
    )
    assert [secret for secret in secrets if secret in show(settings)] == []


def test_a_refused_start_shows_no_secret_either(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises((ValidationError, HalfConfigured)) as wrong:
        read(monkeypatch, tmp_path, **{**WHOLE, "PORT": "x"})
    with pytest.raises(HalfConfigured) as missing:
        read(monkeypatch, tmp_path, **{**WHOLE, "APP_URL": ""})

    assert "secret" not in f"{wrong.value} {missing.value}"
