"""What the environment says, typed and checked once. Nothing else in this package reads an environment variable."""

from __future__ import annotations

import secrets
from email.utils import parseaddr
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from limits import parse_many
from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cuttingasmr.clerk_address import Sources, content_sources, frontend_host, publishable_key
from cuttingasmr.errors import HalfConfigured
from cuttingasmr.smtp_address import checked_smtp_url

PRODUCTION_NEEDS = (
    "APP_URL",
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "STORAGE_URL",
    "CREEM_API_KEY",
    "CREEM_WEBHOOK_SECRET",
    "CREEM_PRODUCT_STARTER",
    "CREEM_PRODUCT_STANDARD",
    "CREEM_PRODUCT_PREMIUM",
    "VEO3_API_KEYS",
)
"""What production refuses to start without. Grows with each feature that brings a secret of its own."""

CLERK_NEEDS = ("CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY", "CLERK_WEBHOOK_SIGNING_SECRET")
"""What production needs too, unless `ACCOUNTS=local` says that there is no Clerk. Half of it is no use anywhere."""

MAIL_NEEDS = ("SMTP_URL", "MAIL_FROM")
"""What production needs with `ACCOUNTS=local`: who forgets a password there gets back in by mail, or not at all."""

CLERK_IN_SANDBOX = "sandbox"
"""As `CLERK_PUBLISHABLE_KEY`, in development: the sandbox's Clerk signs people in."""

MADE_UP_SENDER = "CuttingASMR <no-reply@cuttingasmr.example>"

SANDBOX_KEY = "sandbox-key"
"""The key shown to the sandbox, which takes any: it is no secret and opens nothing."""


def _networks(text: str) -> str:
    """Take what names networks, or raise `ValueError`, which names the one that does not."""
    for network in filter(None, map(str.strip, text.split(","))):
        ip_network(network)
    return text


def _rate(text: str) -> str:
    """Take what says how many in how long, or nothing; or raise `ValueError`."""
    if text and len(parse_many(text)) != 1:
        raise ValueError("say how many in how long: 5/10minutes")
    return text


def _sender(text: str) -> str:
    """Take what names one sender, `Name <address>` or an address alone, or nothing; or raise `ValueError`."""
    if not text:
        return text
    try:
        validate_email(parseaddr(text)[1], check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError("say who writes: CuttingASMR <no-reply@asmr.example>") from error
    if not text.isprintable():
        raise ValueError("a name is one line of what can be seen")
    return text


MANY = "100000/minute"
"""A limit that nobody meets."""

Networks = Annotated[str, AfterValidator(_networks)]
Rate = Annotated[str, AfterValidator(_rate)]
Sender = Annotated[str, AfterValidator(_sender)]
SmtpUrl = Annotated[str, AfterValidator(checked_smtp_url)]


class Settings(BaseSettings):
    """The site's settings.

    Development fills every gap with the sandbox; `production` refuses to start while anything is missing and
    names all that is, at once.
    """

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    app_env: Literal["development", "production"] = "development"
    app_url: str = ""
    host: str = "127.0.0.1"
    """The address to listen on: this machine alone, unless it says more."""
    port: int = Field(default=3000, ge=1, le=65535)
    secret_key: SecretStr = SecretStr("")
    admin_emails: str = ""
    trusted_proxies: Networks = ""
    """The networks of the proxies before this site; only they may say from where a visitor comes."""
    strict_limits: bool | None = None
    """Whether visitors are held to what is fair: in production, unless this says otherwise. Nobody who develops is."""
    generation_limit: Rate = ""
    """How many videos one account may start in how long: 5 in 10 minutes where limits are strict."""
    api_limit: Rate = ""
    """How many questions one account may ask of the API in how long: 600 a minute where they are strict."""
    api_write_limit: Rate = ""
    """How many changes one account may ask of the API in how long: 120 a minute where they are strict."""

    database_url: str = Field(default="", repr=False)  # these three may hold a password
    redis_url: str = Field(default="", repr=False)
    storage_url: str = Field(default="", repr=False)
    data_dir: Path = Path("data")

    accounts: Literal["clerk", "local"] = "clerk"
    """Who signs people in. `clerk` without keys, in development, is `local` as well."""
    clerk_publishable_key: str = ""
    clerk_secret_key: SecretStr = SecretStr("")
    clerk_webhook_signing_secret: SecretStr = SecretStr("")
    clerk_jwks_url: str = ""
    clerk_api_url: str = ""
    clerk_proxy_url: str = ""
    """Where Clerk's frontend API is, if not at the host that the publishable key names."""

    smtp_url: SmtpUrl = Field(default="", repr=False)  # it may hold a password
    """Who takes our mail: `smtps://host` (465) or `smtp://host` (587, upgraded by STARTTLS), with `user:password@` before the host."""
    mail_from: Sender = ""
    """Whom our mail is from. Development has somebody made up."""

    creem_api_key: SecretStr = SecretStr("")
    creem_api_url: str = ""
    creem_webhook_secret: SecretStr = SecretStr("")
    creem_payment_url: str = ""
    """Where hosted payment links begin; a product's id follows."""
    creem_product_starter: str = ""
    creem_product_standard: str = ""
    creem_product_premium: str = ""

    veo3_api_keys: SecretStr = SecretStr("")
    veo3_api_base_url: str = ""
    veo3_api_flavor: Literal["veo", "jobs"] = "veo"
    veo3_webhook_hmac_key: SecretStr = SecretStr("")
    video_engine: str = "cuttingasmr.providers.kie"
    """The file of the video engine, as it is imported."""
    veo3_creates_per_window: int = Field(default=20, ge=1)
    veo3_window_seconds: float = Field(default=10, gt=0)
    """The provider takes so many new videos in so many seconds from one account (providers.md §2.10)."""
    veo3_low_credits: int = Field(default=600, ge=0)
    """The operator is warned when a key's account holds less of the provider's credits: about ten videos."""

    veo3_video_cents: float = Field(default=30, ge=0)
    """What one video costs us at the provider: 60 of its credits at half a cent (providers.md §2.10; some accounts pay half)."""

    welcome_credits: int = Field(default=18, ge=0)
    video_cost: int = Field(default=10, ge=1)

    sandbox_url: str = "http://127.0.0.1:3900"
    worker: Literal["embedded", "off", "only"] = "embedded"
    executor_id: str = ""

    videos_at_once: int = Field(default=2000, ge=1)
    """How many videos may be at the provider at once, over all workers; the others keep their places in the queue."""
    user_video_limit: int = Field(default=0, ge=0)
    """How many unfinished videos one account may have: 60 where limits are strict, else 5,000."""

    poll_first_seconds: float = Field(default=20, gt=0)
    """The first wait before asking the provider about a task that has not called back; further ones grow, to a minute and
    beyond. Callbacks are what is fast."""
    submit_doubt_seconds: float = Field(default=240, gt=0)
    """How long a submit whose answer was lost may still be claimed by a callback before it is sent again."""
    wait_limit_seconds: float = Field(default=1800, gt=0)
    """A video that has not come after this long is given up and its credits returned."""
    bin_days: int = Field(default=7, ge=0)
    """How many days a deleted video can be taken back before its files and its words go for good."""
    notice_after_seconds: float = Field(default=120, gt=0)
    """How long after the end of a video its owner may come back before they are written to."""
    deletion_days: int = Field(default=7, ge=0)
    """How many days somebody who leaves can come back before their account is erased."""
    export_days: int = Field(default=7, ge=1)
    """How many days an archive of somebody's data can be downloaded."""
    storage_patience_seconds: float = Field(default=86_400, gt=0)
    """How long a finished video waits for a full storage before it is given up."""

    @model_validator(mode="after")
    def fill_gaps(self) -> Self:
        """Derive what is unset in development; refuse a half-set production."""
        if self.app_env == "production":
            self._refuse_gaps()
        self.app_url = (self.app_url or f"http://localhost:{self.port}").rstrip("/")
        self.sandbox_url = self.sandbox_url.rstrip("/")
        self.data_dir = self.data_dir.absolute()
        self.database_url = (
            _known_driver(self.database_url) or f"sqlite:///{self.data_dir / 'cuttingasmr.db'}"
        )
        self.storage_url = self.storage_url or (self.data_dir / "media").as_uri()
        if not self.secret_key.get_secret_value():
            self.secret_key = SecretStr(secrets.token_urlsafe(32))
        self._fill_limits()
        self._fill_providers()
        self._fill_clerk()
        self._fill_mail()
        return self

    def _refuse_gaps(self) -> None:
        needed = PRODUCTION_NEEDS + (MAIL_NEEDS if self.accounts == "local" or self.smtp_url else ())
        needed += CLERK_NEEDS if self.accounts == "clerk" else ()
        missing = [name for name in needed if not _text(getattr(self, name.lower())).strip(" ,")]
        if missing:
            raise HalfConfigured(missing)

    def _fill_limits(self) -> None:
        strict = self.app_env == "production" if self.strict_limits is None else self.strict_limits
        self.strict_limits = strict
        self.generation_limit = self.generation_limit or ("5/10minutes" if strict else MANY)
        self.api_limit = self.api_limit or ("600/minute" if strict else MANY)
        self.api_write_limit = self.api_write_limit or ("120/minute" if strict else MANY)
        self.user_video_limit = self.user_video_limit or (60 if strict else 5000)

    def _fill_providers(self) -> None:
        live = self.app_env == "production"
        if self.provider_keys:
            self.veo3_api_base_url = self.veo3_api_base_url or "https://api.kie.ai"
        else:
            self.veo3_api_keys = SecretStr(SANDBOX_KEY)
            self.veo3_api_base_url = self.veo3_api_base_url or f"{self.sandbox_url}/kie"
        if _text(self.creem_api_key):
            host = "https://api.creem.io" if live else "https://test-api.creem.io"
            self.creem_api_url = self.creem_api_url or host
            links = "https://www.creem.io/payment" if live else "https://www.creem.io/test/payment"
            self.creem_payment_url = self.creem_payment_url or links
        else:
            self.creem_api_key = SecretStr(SANDBOX_KEY)
            self.creem_api_url = self.creem_api_url or f"{self.sandbox_url}/creem"
            self._fill_sandbox_shop()

    def _fill_clerk(self) -> None:
        """Derive where Clerk is from its publishable key; without one, or with `ACCOUNTS=local`, there is no Clerk."""
        if self.accounts == "local":
            self.clerk_publishable_key = ""
        if self.clerk_publishable_key == CLERK_IN_SANDBOX and self.app_env == "development":
            self._fill_sandbox_clerk()
        if not self.has_clerk:
            return
        self.clerk_proxy_url = self.clerk_proxy_url.rstrip("/")
        frontend_host(self.clerk_publishable_key)
        if not _text(self.clerk_secret_key):
            raise ValueError("CLERK_PUBLISHABLE_KEY is set, so CLERK_SECRET_KEY must be, too")
        self.clerk_jwks_url = self.clerk_jwks_url or f"{self.clerk_frontend_url}/.well-known/jwks.json"
        self.clerk_api_url = self.clerk_api_url.rstrip("/") or "https://api.clerk.com"

    def _fill_mail(self) -> None:
        """Let somebody made up write, in development; without `SMTP_URL` the sandbox takes it."""
        if self.app_env == "development":
            self.mail_from = self.mail_from or MADE_UP_SENDER

    def _fill_sandbox_clerk(self) -> None:
        """Let the sandbox's Clerk be ours, with its secrets, which protect nothing."""
        self.clerk_publishable_key = publishable_key(urlsplit(self.sandbox_url).netloc)
        self.clerk_proxy_url = self.clerk_proxy_url or f"{self.sandbox_url}/clerk"
        self.clerk_api_url = self.clerk_api_url or f"{self.sandbox_url}/clerk"
        self.clerk_secret_key = SecretStr(_text(self.clerk_secret_key) or "sk_test_sandbox")
        secret = _text(self.clerk_webhook_signing_secret) or "whsec_c2FuZGJveC1jbGVyay1zZWNyZXQ="
        self.clerk_webhook_signing_secret = SecretStr(secret)

    def _fill_sandbox_shop(self) -> None:
        """Let the sandbox's shop be ours: its products, its secret (which protects nothing), its payment page."""
        for name in ("starter", "standard", "premium"):
            field = f"creem_product_{name}"
            setattr(self, field, getattr(self, field) or f"prod_sandbox_{name}")
        if not _text(self.creem_webhook_secret):
            self.creem_webhook_secret = SecretStr("whsec_sandbox")
        self.creem_payment_url = self.creem_payment_url or f"{self.sandbox_url}/creem/payment"

    @property
    def creem_mode(self) -> Literal["test", "prod"]:
        """Which of Creem's two worlds this site lives in; a payment of the other one is never credited."""
        is_test = self.app_env == "development" or _text(self.creem_api_key).startswith("creem_test_")
        return "test" if is_test else "prod"

    @property
    def has_clerk(self) -> bool:
        """Whether Clerk signs people in here."""
        return bool(self.clerk_publishable_key)

    @property
    def has_mail(self) -> bool:
        """Whether this site can write to people. Where Clerk signs them in, it need not."""
        return bool(self.smtp_url) or self.app_env == "development"

    @property
    def clerk_frontend_url(self) -> str:
        """Clerk's frontend API: where its scripts and keys come from, and who issues its tokens."""
        return self.clerk_proxy_url or f"https://{frontend_host(self.clerk_publishable_key)}"

    @property
    def clerk_script_hosts(self) -> Sources:
        """What a content security policy must allow for Clerk's scripts, by directive; nothing without Clerk."""
        return content_sources(self.clerk_frontend_url) if self.has_clerk else {}

    @property
    def own_origins(self) -> frozenset[str]:
        """Give the origins from which visitors use this site, exactly as a browser names them."""
        parts = urlsplit(self.app_url)
        here = {f"{parts.scheme}://{parts.netloc}"}
        if self.app_env == "development":
            here |= {f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}"}
        return frozenset(here)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is the embedded one, which one process at a time may work on."""
        return self.database_url.startswith("sqlite")

    @property
    def is_secure(self) -> bool:
        """Whether visitors reach the site over https, so that its cookie may say `Secure`."""
        return urlsplit(self.app_url).scheme == "https"

    @property
    def proxy_networks(self) -> list[str]:
        """The networks of our own proxies."""
        return [network.strip() for network in self.trusted_proxies.split(",") if network.strip()]

    @property
    def provider_keys(self) -> tuple[str, ...]:
        """kie.ai's keys, in the order given."""
        keys = self.veo3_api_keys.get_secret_value().split(",")
        return tuple(key.strip() for key in keys if key.strip())


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _known_driver(url: str) -> str:
    """Name psycopg2 where the address names no driver, or the old scheme."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg2://" + url.removeprefix(scheme)
    return url


@cache
def get_settings() -> Settings:
    """Read the settings, once per process."""
    return Settings()
