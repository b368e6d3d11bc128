"""Logs: events with fields, JSON in production. Never a prompt, an e-mail address, a token or a key."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, cast

import structlog

_tracebacks = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
"""Tracebacks without the values of variables, among which are prompts and keys."""


GONE = "…"

PRIVATE = frozenset(
    {
        "address", "authorization", "body", "cookie", "cookies", "email", "form", "headers", "key_value", "name",
        "password", "payer_email", "payload", "prompt", "secret", "signature", "to", "token", "user_agent",
    }
)  # fmt: skip
"""Fields whose values are nobody's business, whoever logs them."""

_PRIVATE_TEXT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"('cookie': )('[^']*'|\"[^\"]*\")",  # Reflex logs a strange event with its headers
        r"(event data:? )(?s:.*)",  # and with what was in it
        r"(payload=).*?(?= \[txid=|\n|$)",  # and with an event that there is not
        r"(value ').*?(?=' and type hint)",  # or with the one argument that did not fit
        r"(\[parameters: ).*?(?=\]\s|\](?:\\n|$)|$)",  # what SQLAlchemy was about to write
        r"(Key \([^)]*\)=\().*?(?=\) (?:already|is not))",  # and what PostgreSQL says of it
        r"(input_value=).*?(?=, input_type)",  # what pydantic did not like
        r"(cuttingasmr_\w+=)[^;\s'\"\\]+",
        r"(bearer )[\w.~+/-]+=*",
        r"()\beyJ[\w-]+\.[\w-]+\.[\w-]*",  # a JWT
        r"(\b(?:whsec|sk_live|sk_test|creem|creem_test|pk_live|pk_test)_)[\w+/=-]{6,}",
        r"()[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+",  # an e-mail address
    )
)


def _without_private_fields(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Take out the values of fields that hold something private; that they were there stays to be seen."""
    return {name: GONE if name.lower() in PRIVATE and value else value for name, value in event.items()}


def masked(text: str) -> str:
    """Take out of a text what looks like somebody's secret, in whichever library's words it stands there."""
    for private in _PRIVATE_TEXT:
        text = private.sub(rf"\1{GONE}", text)
    return text


def _mask_values(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Mask every text in an event, its traceback's among them."""
    return {name: _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:  # noqa: ANN401 - as the values of events are
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: _masked(item) for name, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list):
        return [_masked(item) for item in cast("list[Any]", value)]
    return value


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send every log line, ours and the libraries', to standard error."""
    shared: list[structlog.typing.Processor] = [
        _without_private_fields,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[structlog.typing.Processor] = (
        [_tracebacks, _mask_values, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [
            structlog.processors.format_exc_info,
            _mask_values,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
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
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).setLevel(
            logging.ERROR
        )  # else they add a handler of their own, which masks nothing
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
