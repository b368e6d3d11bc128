"""The command: read the settings, take the port, serve until told to stop. One rule: say in one line what happens."""

import argparse
import os
import sys

from .server import PortTaken, serve
from .settings import Settings, SettingsWrong


def main() -> int:
    """Serve; 0 after a clean stop, 1 when the sandbox could not start."""
    parser = argparse.ArgumentParser(
        prog="python -m cuttingasmr.sandbox", description="Stand-ins for the providers."
    )
    parser.add_argument("--port", type=int, help="the port to listen on (default: SANDBOX_PORT, else 3900)")
    try:
        serve(Settings.from_environment(os.environ, port=parser.parse_args().port))
    except (PortTaken, SettingsWrong) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
