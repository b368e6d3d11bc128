"""Logs: events with fields, JSON in production. Never a prompt, an e-mail address, a token or a key."""

from __future__ import annotations

import logging
import re
import sys

import structlog

_tracebacks = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
"""Tracebacks without the values of variables, among which are prompts and keys."""


_COOKIES = re.compile(r"('cookie': )('[^']*'|\"[^\"]*\")", re.IGNORECASE)


def _without_cookies(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Take out the cookies, which open accounts: Reflex logs a strange event with its headers."""
    event["event"] = _COOKIES.sub(r"\1'…'", str(event["event"]))
    return event


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send every log line, ours and the libraries', to standard error."""
    shared: list[structlog.typing.Processor] = [
        _without_cookies,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[structlog.typing.Processor] = (
        [_tracebacks, structlog.processors.JSONRenderer()]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
