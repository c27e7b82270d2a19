"""`./holo faults uploads`: clients of others' upload while connections are cut and the server dies.

Each sends one file through a proxy that cuts connections, and the server is killed in between. In
the end the file is fetched and has to be the same; the server's memory has to have stayed small.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from chaos.uploads import clients
from chaos.uploads.run import CUT, KILL, MEBIBYTE, TITLE, Mishaps, Server, Trial, tried
from tests.migrated import EMBEDDED
from tests.servers import everything

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_MEMORY = 200 * MEBIBYTE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trials; returns the exit status."""
    options = _options(arguments)
    sys.stdout.write(f"{TITLE}\n")
    with ExitStack() as stack:
        clients.node_folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        clients.install_tus_js(clients.node_folder)
        trials = [
            _trial(name, storage, options)
            for storage in options.storage
            for name in options.client or clients.CLIENTS
            if storage == "s3" or clients.CLIENTS[name] is not clients.by_parts
        ]
    is_good = all(trial.is_right and max(trial.memory) < MOST_MEMORY for trial in trials)
    return 0 if is_good else 1


def _trial(name: str, storage: str, options: argparse.Namespace) -> Trial:
    trial = Trial(f"{name}, {storage}", options.mebibytes * MEBIBYTE)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="holobase-uploads-"))
        backend = EMBEDDED if storage == "disk" else stack.enter_context(everything())
        server = Server(Path(folder), backend, trial)
        mishaps = Mishaps.spread(trial, events(options.cuts, options.kills))
        tried(trial, clients.CLIENTS[name], server, mishaps)
    sys.stdout.write(f"{trial.line()}\n")
    sys.stdout.flush()
    return trial


def events(cuts: int, kills: int) -> list[str]:
    """Return cuts with the kills spread among them."""
    every = (cuts + kills) // kills if kills else cuts + 1
    happening = [CUT] * cuts
    for number in range(kills):
        happening.insert(min(len(happening), (number + 1) * every - 1), KILL)
    return happening


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo faults uploads", description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=2048, help="size of the file")
    parser.add_argument("--cuts", type=int, default=10, help="connections that are cut")
    parser.add_argument("--kills", type=int, default=2, help="times that the server is killed")
    parser.add_argument("--storage", nargs="+", choices=["disk", "s3"], default=["disk", "s3"])
    parser.add_argument("--client", action="append", choices=[*clients.CLIENTS])
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
