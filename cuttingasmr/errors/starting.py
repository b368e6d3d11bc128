"""What stops the start of the site, not a request."""

from __future__ import annotations


class HalfConfigured(Exception):
    """Production was asked for, but some of what it needs is not set."""

    def __init__(self, missing: list[str]) -> None:
        """Name every variable that is missing."""
        self.missing = missing
        super().__init__(
            f"APP_ENV=production needs {', '.join(missing)}. Set them (see .env.example) and start again."
        )


class SchemaMismatch(Exception):
    """The database's schema is not the one this version of the site was written for."""
