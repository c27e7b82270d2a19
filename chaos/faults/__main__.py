"""`./holo faults`: kill, restart and cut under full load, and see that nobody misses anything."""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import secrets
import signal
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Never

from chaos.counters.run import main as counters
from chaos.faults.cluster import ROOT, Cluster, wait_until_up
from chaos.faults.injector import FaultInjector
from chaos.faults.interests import interests
from chaos.faults.subscribers import Places, listen
from chaos.faults.verdict import Outcome, explanation, lost_writes
from chaos.faults.writers import write
from chaos.moving.backup import main as backup
from chaos.moving.run import main as move
from chaos.partners.run import main as partners
from chaos.processes import processes_of
from chaos.uploads.__main__ import main as uploads
from tests.environment import require_usable_settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

REPORT = ROOT / "docs" / "faults.md"
CROWDS = 2
CONDITIONS = """\
# The fault test

{apis} api and {realtimes} realtime processes on real PostgreSQL and Valkey, {subscribers}
subscribers of {kinds} kinds (every tenth by server-sent events, the others by WebSocket), {writers}
writers at full speed; {cores} cores for all of it, Python {python}. Processes and Valkey are killed
with `kill -9` and started again, and connections are cut, at random. In the end every subscriber
has exactly the rows that a fresh fetch gives it, got every event in order and once, and saw nothing
that it may not see; and every write that was answered is there, once. Made by
`./holo faults --write --seed {seed}`.

"""


def main() -> int:
    """Run the test, or that of the partners; returns the exit status."""
    if sys.argv[1:2] == ["partners"]:
        return partners(sys.argv[2:])
    if sys.argv[1:2] == ["uploads"]:
        return uploads(sys.argv[2:])
    if sys.argv[1:2] == ["backup"]:
        return backup(sys.argv[2:])
    if sys.argv[1:2] == ["move"]:
        return move(sys.argv[2:])
    if sys.argv[1:2] == ["counters"]:
        return counters(sys.argv[2:])
    signal.signal(signal.SIGTERM, _interrupt)
    options = _options()
    sys.stderr.write(f"seed {options.seed}\n")
    with tempfile.TemporaryDirectory(prefix="holobase-faults-") as folder:
        place = options.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        sizes = {"apis": options.apis, "realtimes": options.realtimes}
        with Cluster(place, **sizes, database=options.database) as cluster:
            outcome = _run(cluster, options)
            problems = explanation(outcome, cluster.database) if outcome.problems else ""
    sys.stdout.write(outcome.report())
    if problems:
        sys.stdout.write(f"\n{problems}\n")
    if options.write and not problems:
        REPORT.write_text(_conditions(options, outcome) + outcome.report())
    return 1 if problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--subscribers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--apis", type=int, default=3)
    parser.add_argument("--realtimes", type=int, default=2)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--pause", type=float, default=3.5, help="seconds between faults")
    parser.add_argument("--patience", type=float, default=180, help="seconds to catch up in")
    parser.add_argument("--database", default="", help="an empty PostgreSQL, not one of its own")
    parser.add_argument("--keep", type=Path, help="a folder for logs that stay")
    parser.add_argument("--write", action="store_true", help="write docs/faults.md")
    return parser.parse_args()


def _run(cluster: Cluster, options: argparse.Namespace) -> Outcome:
    chance = random.Random(options.seed)
    people = cluster.populate(max(8, options.subscribers // 12))
    cluster.start()
    places = Places(
        [process.address for process in cluster.of_role("api")],
        [process.address for process in cluster.of_role("realtime")],
    )
    wanted = interests(options.subscribers, people, chance)
    with processes_of(
        *((listen, wanted[n::CROWDS], places, options.seed + n) for n in range(CROWDS)),
        (write, places.apis, people, options.seed),
    ) as (*crowds, writers):
        _ask(crowds, "wait")
        sys.stderr.write("everybody listens\n")
        writers.send(options.writers)
        started = monotonic()
        injector = FaultInjector(cluster, lambda share: sum(_ask(crowds, "cut", share)), chance)
        injector.run(options.seconds, options.pause)
        writers.send("stop")
        writing = json.loads(writers.recv())
        seconds = monotonic() - started
        sys.stderr.write("the writers have stopped\n")
        wait_until_up(cluster.processes)
        judged = [
            one for told in _ask(crowds, "settle", options.patience) for one in json.loads(told)
        ]
    outcome = Outcome(seconds, injector.counts, writing, judged, cluster.logged_errors())
    outcome.lost_writes = lost_writes(places.apis[0], writing["shelves"])
    return outcome


def _ask(crowds: list[Connection], order: str, value: float = 0) -> list[Any]:
    """Send an order to all crowds at once and wait for their answers."""
    for crowd in crowds:
        crowd.send((order, value))
    return [crowd.recv() for crowd in crowds]


def _conditions(options: argparse.Namespace, outcome: Outcome) -> str:
    return CONDITIONS.format(
        **vars(options),
        kinds=len({one["kind"] for one in outcome.subscribers}),
        cores=os.cpu_count(),
        python=platform.python_version(),
    )


def _interrupt(*_: object) -> Never:
    """Let a request to end stop the servers too, as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    require_usable_settings()
    sys.exit(main())
