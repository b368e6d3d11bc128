"""`python -m bench [name ...]`: run the benchmarks and print what they found."""

from __future__ import annotations

import sys

from bench import (
    arrivals,
    attack,
    buying,
    console,
    desk,
    ending,
    export,
    kills,
    library,
    live,
    throughput,
    tokens,
    waiting,
)
from bench.ground import postgres_cluster

ALL = {
    "live": live.run,
    "waiting": waiting.run,
    "throughput": throughput.run,
    "arrivals": arrivals.run,
    "tokens": tokens.run,
    "buying": buying.run,
    "library": library.run,
    "ending": ending.run,
    "kills": kills.run,
    "console": console.run,
    "attack": attack.run,
    "export": export.run,
    "desk": desk.run,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; the exit code is 1 when a figure is missed."""
    rows = []
    with postgres_cluster() as cluster:
        for name in names or list(ALL):
            rows += ALL[name](cluster)
    print("| what | figure | wanted | holds |\n|---|---|---|---|")
    print(*rows, sep="\n")
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
