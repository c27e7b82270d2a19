"""`./holo topology`: run the production topology here, and see that all of it works."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx

from chaos.topology.processes import running
from chaos.topology.smoke import CHECKS, Visitor
from tests.servers import ServerProblem


def main() -> int:
    """Run everything and the checks; return the exit status."""
    parser = ArgumentParser(prog="holo topology", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="holobase-topology-", ignore_cleanup_errors=True) as name:
        try:
            with running(Path(name)) as topology, httpx.Client(timeout=60) as api:
                failed = check(Visitor(topology, api))
                if options.keep:
                    sys.stdout.write(f"http://{topology.front}  (Ctrl-C ends it)\n")
                    sleep(10**9)
        except KeyboardInterrupt:
            return 0
        except (ServerProblem, TimeoutError) as problem:
            sys.stderr.write(f"{problem}\n")
            return 2
    return 1 if failed else 0


def check(visitor: Visitor) -> int:
    """Make every check, in order; return how many failed."""
    failed = 0
    for each in CHECKS:
        begun = monotonic()
        try:
            each(visitor)
            verdict = "ok"
        except Exception as error:  # noqa: BLE001 - whatever is wrong is told, and the next is made
            failed += 1
            verdict = f"FAILED {type(error).__name__}: {error}"
        sys.stdout.write(f"{each.__name__:24} {monotonic() - begun:6.2f} s  {verdict}\n")
        sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
