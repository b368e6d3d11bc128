"""The one way Creem's stranger says no. One rule: whoever notices raises it; `speech` and the pages word it."""


class Refused(Exception):
    """An HTTP status, and what is wrong, a sentence each."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.status, self.messages = status, messages


def not_found(what: str) -> Refused:
    """Nothing of that id is known."""
    return Refused(404, f"{what} not found")
