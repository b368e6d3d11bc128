"""What can be chosen about Clerk from outside. One rule: a wrong variable is a `ValueError` that names it."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

# The real schedule is 0, 5 s, 5 min, 30 min, … (`providers.md` 3.5); a wait in seconds before each attempt.
_RETRY_SECONDS = (0.0, 1.0, 3.0, 6.0)


@dataclass(frozen=True)
class ClerkSettings:
    """`webhook_secret` is as Svix shows it: `whsec_` and base64."""

    webhook_url: str = ""
    webhook_secret: str = "whsec_c2FuZGJveC1jbGVyay1zZWNyZXQ="  # noqa: S105 - it opens nothing but the sandbox's own events
    retry_seconds: tuple[float, ...] = _RETRY_SECONDS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `SANDBOX_CLERK_…`, and the signing secret that the site reads too."""
        plain = cls()
        secret = environment.get("CLERK_WEBHOOK_SIGNING_SECRET") or plain.webhook_secret
        try:
            base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as reason:
            raise ValueError(
                "CLERK_WEBHOOK_SIGNING_SECRET must be whsec_ and base64, as Clerk shows it."
            ) from reason
        return cls(webhook_url=environment.get("SANDBOX_CLERK_WEBHOOK_URL", ""), webhook_secret=secret)
