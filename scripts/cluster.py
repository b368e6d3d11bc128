"""The site as in production, on this machine: `make cluster`.

PostgreSQL, Redis, two web processes, two workers, the sandbox and a proxy. Its database is a fresh one, gone when it stops.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from dotenv import load_dotenv

import build_pages
import run
from children import ChildEnded, Children

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # its services are those of the tests

from tests.support.postgres import Postgres  # noqa: E402
from tests.support.redis_server import RedisServer  # noqa: E402

SITE = [sys.executable, "-m", "cuttingasmr.serve"]
WEB, WORKERS = 2, 2


def main() -> int:
    """Run until Ctrl-C, SIGTERM, or the end of a child, and give the exit code."""
    os.chdir(ROOT)
    load_dotenv(ROOT / ".env")
    if build_pages.main() != 0:
        return 1
    run.fill_in_environment()
    postgres, redis = Postgres(), RedisServer()
    try:
        database = postgres.start().create_database("cuttingasmr")
        os.environ |= {"DATABASE_URL": database, "REDIS_URL": redis.start().url}
        if run.module("cuttingasmr.migrations") != 0:
            return 1
        with Children() as children:
            start(children)
            children.wait()
    except ChildEnded as end:
        run.say(str(end))
        return max(end.code, 1)
    finally:
        redis.remove()
        postgres.remove()
    return 0


def start(children: Children) -> None:
    """Start the sandbox, the workers, the web processes and the proxy, and say where they are."""
    sandbox = run.start_sandbox(children)
    public = run.port()
    ports = [port for port, _ in zip(run.free_ports(public + 1), range(WEB), strict=False)]
    for number in range(WORKERS):
        children.start(f"Worker {number + 1}", SITE, WORKER="only")
    for number, port in enumerate(ports):
        children.start(f"Web process {number + 1}", SITE, WORKER="off", PORT=str(port))
        children.wait_for_http(f"http://127.0.0.1:{port}/api/health/live", seconds=run.READY_SECONDS)
    proxy = [sys.executable, "scripts/proxy.py", str(public), *(str(port) for port in ports)]
    children.start("The proxy", proxy)
    children.wait_for_http(f"http://127.0.0.1:{public}/api/health", seconds=run.READY_SECONDS)
    run.say("")
    run.say(f"CuttingASMR is ready:  {os.environ['APP_URL']}")
    run.say(
        f"Two web processes behind it, on ports {ports[0]} and {ports[1]}; two workers; PostgreSQL and Redis."
    )
    if sandbox:
        run.say(f"Its sandbox:  {sandbox}")
    run.say("Ctrl-C stops everything; the database goes with it.")
    run.say("")


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        run.say("Stopped")
