"""What goes wrong during the fault test, by chance but always the same for a seed."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from chaos.faults.cluster import Cluster

LIKELIHOODS = {
    "api killed": 4,
    "realtime killed": 4,
    "realtime ended": 2,
    "Valkey killed": 2,
    "some connections cut": 4,
    "a third of the connections cut": 1,
}


class FaultInjector:
    """Breaks something every few seconds; `cut` cuts a share of the connections."""

    def __init__(self, cluster: Cluster, cut: Callable[[float], int], chance: Random) -> None:
        self.cluster = cluster
        self.cut = cut
        self.chance = chance
        self.counts: Counter[str] = Counter()
        self.started = monotonic()

    def run(self, seconds: float, pause: float) -> None:
        """Break something about every `pause` seconds, for so long."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            sleep(min(left, self.chance.uniform(0.5, 1.5) * pause))
            fault = self.chance.choices(list(LIKELIHOODS), list(LIKELIHOODS.values()))[0]
            self._say(fault)
            self.counts[fault] += 1
            self._break(fault)

    def _break(self, fault: str) -> None:
        match fault:
            case "Valkey killed":
                self.cluster.restart_valkey()
            case "some connections cut":
                self.counts["connections cut"] += self.cut(self.chance.uniform(0.02, 0.1))
            case "a third of the connections cut":
                self.counts["connections cut"] += self.cut(1 / 3)
            case _:
                role, how = fault.split()
                process = self.chance.choice(self.cluster.of_role(role))
                process.end(signal.SIGKILL if how == "killed" else signal.SIGTERM)
                process.start()

    def _say(self, fault: str) -> None:
        sys.stderr.write(f"{monotonic() - self.started:6.1f} s  {fault}\n")
