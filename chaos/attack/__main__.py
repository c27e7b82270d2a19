"""`./holo attack`: strangers try to hold the server up while one member reads, writes and listens.

Bounded and on loopback: 100 connections of 127.0.0.1, each at most five requests a second, one
kind of attack after the other; the member comes from 127.0.0.2.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from pathlib import Path
from typing import Never

from chaos.attack.member import READS_PER_SECOND, WRITES_PER_SECOND
from chaos.attack.phases import PHASES
from chaos.attack.report import broken_promises, table
from chaos.attack.run import AUTHORS, NAMES, ROOT, Plan, attacked
from chaos.attack.strangers import NICENESS

REPORT = ROOT / "docs" / "attack.md"


def main() -> int:
    """Run the attack; returns the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    options = _options()
    told, is_good = [], True
    for source in filter(None, (options.before, options.source)):
        for database in options.database or NAMES:
            phases = attacked(source, database, _plan(options))
            broken = broken_promises(phases)
            is_good = is_good and (source == options.before or not broken)
            title = f"## {'Before, ' if source == options.before else ''}{NAMES[database]}\n\n"
            lines = "".join(f"- {line}\n" for line in broken) or "Everything is as promised.\n"
            told.append(f"{title}{table(phases)}\n{lines}")
            sys.stdout.write(f"{told[-1]}\n")
    if options.write:
        REPORT.write_text("\n".join([_conditions(options), *told]))
    return 0 if is_good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="seconds of each phase")
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--pace", type=float, default=5, help="requests a second of each of them")
    parser.add_argument("--cards", type=int, default=20_000)
    parser.add_argument("--database", action="append", choices=[*NAMES])
    parser.add_argument("--phase", action="append", choices=[*PHASES], help="only this kind")
    parser.add_argument("--source", type=Path, default=ROOT, help="another checkout to attack")
    parser.add_argument("--before", type=Path, help="an older checkout to attack first")
    parser.add_argument("--write", action="store_true", help="write docs/attack.md")
    return parser.parse_args()


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        seconds=options.seconds,
        connections=options.connections,
        pace=options.pace,
        cards=options.cards,
        phases=options.phase or tuple(PHASES),
    )


def _conditions(options: argparse.Namespace) -> str:
    return CONDITIONS.format(
        **vars(options),
        cores=os.cpu_count(),
        python=platform.python_version(),
        reads=READS_PER_SECOND,
        writes=WRITES_PER_SECOND,
        authors=AUTHORS,
        niceness=NICENESS,
    )


CONDITIONS = """\
# An attacker's hour

{connections} connections of one address try one kind of thing after the other, {seconds:.0f}
seconds each, each connection at most {pace:.0f} requests a second; a member at another address
reads {reads} times a second and listens to all cards; {authors} members there publish {writes} of
them a second.
{cards:,} cards, every limit as it is by default, {cores} cores for all of it, Python {python}.
Milliseconds; `x` is how many times its idle p99 the member's is (promised: 5, of writes 10); memory
is MB over idle of all processes of the server (promised: 150). `server` and `strangers` are what
part of the machine's processors each of them took. Strangers of the real world bring processors of
their own: these prepare what they send once, send it without copies, and have a lower priority
(nice {niceness}), so that they take a tenth of a processor that the server or the member needs, and
all that is left.
`open` is what was still unanswered at the end of a phase. Idle is as long as a phase, after another
in which nothing is measured; with fewer than ten seconds, the p99 of events is the slowest of them.
Made by `./holo attack --before DIR
--write`, `DIR` being a worktree of commit 41914d4.
"""


def _interrupt(*_: object) -> Never:
    """Let a request to end stop the servers too, as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
