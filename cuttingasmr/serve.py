"""`python -m cuttingasmr.serve`: the site, or with `WORKER=only` a worker without a site, in this one process.

The pages must have been built (scripts/build_pages.py). Why one uvicorn and not `reflex run`: docs/decisions/0001.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType

import uvicorn
from pydantic import ValidationError
from starlette.types import ASGIApp

from cuttingasmr.errors import DatabaseUnavailable, HalfConfigured, SchemaMismatch
from cuttingasmr.migrations import check_schema
from cuttingasmr.settings import Settings, get_settings

APP = "cuttingasmr.serve:make_site"
SITE = "cuttingasmr.cuttingasmr"
API = "cuttingasmr.api.app"
WORKER = "cuttingasmr.worker"
PAGES = Path(".web/build/client/index.html")

LARGEST_MESSAGE = 1_000_000
"""So many bytes may come in one message of a websocket."""
DRAIN_SECONDS = 8
"""How long open requests may take to finish after a stop."""
STOP_SECONDS = 15
"""After this long a stop is no longer waited for, whatever hangs."""


class Server(uvicorn.Server):
    """A uvicorn that never takes longer than `STOP_SECONDS` to stop."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, and set the alarm."""
        if not self.should_exit:
            alarm = threading.Timer(STOP_SECONDS, os._exit, [1])
            alarm.daemon = True
            alarm.start()
        super().handle_exit(sig, frame)


def main(arguments: list[str]) -> int:
    """Serve until stopped, and give the exit code. A start that cannot work says why in one sentence.

    With `--check`, only say whether the settings are whole and the port is free.
    """
    try:
        settings = get_settings()
        listener = None if settings.worker == "only" else listen(settings.host, settings.port)
    except (HalfConfigured, ValidationError, OSError) as error:
        return _refuse(_sentence(error))
    if "--check" in arguments:
        return 0
    if reason := why_not(settings):
        return _refuse(reason)
    if listener is None:
        return importlib.import_module(WORKER).run() or 0
    tell_reflex(settings)
    return serve(listener)


def why_not(settings: Settings) -> str:
    """Say what is missing for a start, with the command that mends it; nothing when all is there."""
    if settings.worker != "only" and not PAGES.exists():
        return "The pages are not built yet. `make run` builds them; so does scripts/build_pages.py."
    try:
        check_schema()
    except SchemaMismatch as error:
        return str(error)
    except DatabaseUnavailable:
        return "The database at DATABASE_URL cannot be reached. Start it, or correct the address."
    return ""


def listen(address: str, port: int) -> socket.socket:
    """Take the port before anything heavy is loaded. Raises `OSError` when that is not possible."""
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )  # connections inherit it: no answer waits 40 ms
    try:
        listener.bind((address, port))
    except OSError:
        listener.close()
        raise
    return listener


def tell_reflex(settings: Settings) -> None:
    """Put what rxconfig.py and Reflex read into the environment, before the app is imported."""
    os.environ |= {
        "APP_ENV": settings.app_env,
        "APP_URL": settings.app_url,
        "PORT": str(settings.port),
        "REDIS_URL": settings.redis_url,
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "__REFLEX_SKIP_COMPILE": "true",  # these two are what `reflex run --env prod --single-port` sets (0.10.1)
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }


def make_site() -> ASGIApp:
    """Make the application that answers everything. Once only, since Reflex keeps much that is the process's."""
    site = importlib.import_module(SITE).app()  # a Reflex app is called to become an ASGI app
    return importlib.import_module(API).guarded(site, PAGES.parent)


def serve(listener: socket.socket) -> int:
    """Run the site on this socket until SIGTERM or Ctrl-C; 0 unless it could not start."""
    config = uvicorn.Config(
        APP,
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # api/proxies.py reads them
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = Server(config)
    signal.signal(signal.SIGTERM, _nothing)  # uvicorn raises it once more when all is done
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0 if server.started else 1


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """Let a stop that was asked for end as a normal exit."""


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return ". ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
    if isinstance(error, OSError):
        where = f"{get_settings().host}:{get_settings().port}"
        return f"The site's port on {where} cannot be used: {error.strerror}. Choose another one with PORT."
    return str(error)


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)  # noqa: T201 - there is no log yet, and a person is waiting
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
