"""`./holo topology`: run the production topology here, and see that all of it works."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx

from chaos.faults.cluster import SETTINGS
from chaos.partners.report import table
from chaos.partners.run import GUEST
from chaos.topology.processes import running
from chaos.topology.rolling import roll
from chaos.topology.smoke import CHECKS, Visitor
from chaos.topology.trials import HEAD, IDLE_SECONDS, run
from tests.servers import ServerProblem

if TYPE_CHECKING:
    from chaos.topology.processes import Topology

REPORT = Path(__file__).resolve().parents[2] / "docs" / "chaos.md"
CONDITIONS = """\
# Chaos in the production topology

nginx, two api, two realtime and a worker process over PgBouncer, PostgreSQL, Valkey and an S3
server, as plain processes on {cores} cores that also carry the clients; Python {python}. Five
requests a second come in through nginx (a list, a record, a write, a sign-in, an upload in turn)
while each part is killed with `kill -9` and started again at once, stopped (SIGSTOP) for
{seconds:.0f} s, and restarted. *Meanwhile* is until the part is there again, *after* until
everything has been good for a while. The p99 is of the requests that don't need the part, with how
many times that is what they took in {idle:.0f} s before the part's first fault. A write is lost if
it was answered with 201 and is not there in the end; a read is wrong if it shows something else
than was written. Writes are looked for after each fault, and all of them once more after the last.
What waits for a stopped nginx comes in at once afterwards, which is more sign-ins of one account
than may be (429). Made by `./holo topology --chaos --write`.

"""


def main() -> int:
    """Run everything and the checks; return the exit status."""
    options = _options()
    # All clients are of one network here.
    settings = SETTINGS | {"MOST_UPLOADS_PER_NETWORK": "0"}
    with TemporaryDirectory(prefix="holobase-topology-", ignore_cleanup_errors=True) as name:
        try:
            with running(Path(name), settings) as topology, httpx.Client(timeout=60) as api:
                visitor = Visitor(topology, api)
                failed = check(visitor)
                if options.chaos:
                    failed += chaos(topology, visitor.token, options)
                if options.rolling:
                    problems = roll(topology, visitor.token, GUEST)
                    sys.stdout.write("".join(f"  {problem}\n" for problem in problems))
                    failed += len(problems)
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


def chaos(topology: Topology, token: str, options: argparse.Namespace) -> int:
    """Cause every fault of every part; return how many things went wrong."""
    outcomes = []
    for outcome in run(topology, token, GUEST, options.seconds, options.parts):
        outcomes.append(outcome)
        sys.stdout.write(f"| {' | '.join(outcome.row())} |\n")
        sys.stdout.write("".join(f"  {problem}\n" for problem in outcome.problems))
        sys.stdout.flush()
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    if options.write:
        conditions = CONDITIONS.format(
            cores=os.cpu_count(),
            python=platform.python_version(),
            seconds=options.seconds,
            idle=IDLE_SECONDS,
        )
        left = [*(f"- {problem}\n" for problem in problems), "\n"] if problems else []
        REPORT.write_text(conditions + table(HEAD, outcomes) + "".join(left))
    return len(problems)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo topology", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C")
    parser.add_argument("--chaos", action="store_true", help="kill, stop and restart each part")
    parser.add_argument("--rolling", action="store_true", help="restart all processes in turn")
    parser.add_argument("--seconds", type=float, default=30, help="how long a part is stopped")
    parser.add_argument("--parts", nargs="+", default=[], help="only these, such as Valkey")
    parser.add_argument("--write", action="store_true", help="write docs/chaos.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
