"""What happens when an event handler fails as it never should."""

from __future__ import annotations

import structlog
from reflex_base.event import EventSpec

from cuttingasmr.states.studio import Studio

log = structlog.get_logger()


def apologise(exception: Exception) -> EventSpec:
    """Write it down, and tell the visitor in a sentence that says nothing of our insides."""
    log.error("event.failed", exc_info=exception)
    return Studio.admit_failure()  # pyright: ignore[reportReturnType]
