"""The one way kie.ai's stranger says no. One rule: whoever notices raises it; the desk words it."""


class Refused(Exception):
    """`code` for the envelope, and the HTTP status where it is not the habit of `providers.md` 2.1."""

    def __init__(self, code: int, message: str, *, http: int | None = None) -> None:
        super().__init__(message)
        self.code, self.http = code, http
