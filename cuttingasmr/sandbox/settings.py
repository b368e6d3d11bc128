"""The sandbox's settings. One rule: they are read once, at the start, and a wrong one is named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from .clerk import ClerkSettings
from .creem import CreemSettings

T = TypeVar("T")


class SettingsWrong(Exception):
    """A variable of the environment does not say what it must."""


@dataclass(frozen=True)
class Settings:
    """What can be chosen from outside; times are seconds."""

    port: int = 3900
    host: str = "127.0.0.1"
    data_dir: Path = Path("data/sandbox")
    render_seconds: float = 8
    upgrade_seconds: float = 4
    create_limit: int = 0
    callback_pause: float = 1
    hmac_key: str = ""
    creem: CreemSettings = field(default_factory=CreemSettings)
    clerk: ClerkSettings = field(default_factory=ClerkSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, port: int | None = None) -> "Settings":
        """Read the settings from `SANDBOX_…` variables; `port` wins over its variable."""
        render = _number(environment, "SANDBOX_RENDER_SECONDS", 8)
        return cls(
            port=int(_number(environment, "SANDBOX_PORT", 3900)) if port is None else port,
            host=environment.get("SANDBOX_HOST") or "127.0.0.1",
            data_dir=Path(environment.get("SANDBOX_DATA_DIR") or "data/sandbox"),
            render_seconds=render,
            upgrade_seconds=_number(environment, "SANDBOX_UPGRADE_SECONDS", render / 2),
            create_limit=int(_number(environment, "SANDBOX_CREATE_LIMIT", 0)),
            callback_pause=_number(environment, "SANDBOX_CALLBACK_PAUSE", 1),
            hmac_key=environment.get("VEO3_WEBHOOK_HMAC_KEY", ""),
            creem=_read(CreemSettings.from_environment, environment),
            clerk=_read(ClerkSettings.from_environment, environment),
        )


def _read(read: Callable[[Mapping[str, str]], T], environment: Mapping[str, str]) -> T:
    try:
        return read(environment)
    except ValueError as reason:
        raise SettingsWrong(str(reason)) from reason


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    told = environment.get(name) or str(default)
    try:
        number = float(told)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        message = f"{name} must be a number that is not negative, but it is {told!r}."
        raise SettingsWrong(message)
    return number
