"""Each part of the topology killed, stopped and restarted under load, and what clients got."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from time import monotonic, sleep
from typing import TYPE_CHECKING

from chaos.faults.cluster import wait_until_up
from chaos.partners.load import KINDS, NO_ANSWER, Load, lost_in_the_end
from chaos.partners.report import DOCUMENTED, statuses
from chaos.partners.topologies import signal_family

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from chaos.faults.cluster import Process
    from chaos.partners.load import Acknowledged, Answered
    from chaos.partners.topologies import Partner
    from chaos.topology.processes import Topology

FAULTS = ("killed", "stopped", "restarted")
FRONT = "nginx"
NEED = {"S3": {"upload"}, "Valkey": set(), "worker": set(), "realtime": set()}
"""The kinds of requests that need a part; all kinds need the parts that are not named."""
MOST_TIMES_IDLE = 3.0
IDLE_SECONDS = 20.0
SETTLED_SECONDS = 2.5
PATIENCE_SECONDS = 180.0
MOST_SECONDS_AFTER = 20.0
"""Until when after a fault everything has to be good again."""
HEAD = (
    "part",
    "fault",
    "answers meanwhile",
    "answers after",
    "worst wait",
    "p99 of what does not need it",
    "good again after",
    "writes lost",
    "wrong reads",
)


@dataclass(frozen=True)
class Trial:
    """A fault of a part; `cause` returns once the part is there again."""

    part: str
    fault: str
    cause: Callable[[], object]

    @property
    def independent(self) -> set[str]:
        """Return the kinds of requests that don't need the part."""
        return set(KINDS) - NEED.get(self.part.partition(",")[0], set(KINDS))


@dataclass(frozen=True)
class Outcome:
    """What came of a trial; `idle` is how long the same kinds took while nothing happened."""

    trial: Trial
    meanwhile: Sequence[Answered]
    after: Sequence[Answered]
    settled: float
    lost: Mapping[Acknowledged, str]
    misread: int
    idle: Sequence[Answered]

    @property
    def slowest(self) -> float | None:
        """Return the p99 of the requests that don't need the part."""
        return self._p99(self.meanwhile)

    @property
    def usual(self) -> float:
        """Return the p99 of requests of the same kinds before the fault."""
        return self._p99(self.idle) or 0.0

    @property
    def problems(self) -> list[str]:
        """Return what should not have happened."""
        where = f"{self.trial.part} {self.trial.fault}"
        every = [*self.meanwhile, *self.after]
        found = [f"{where}: {each}" for each in every if not self._is_in_order(each)]
        found += [
            f"{where}: failed although it does not need the part: {each}"
            for each in every
            if each.kind in self.trial.independent and not each.is_good
        ]
        found += [f"{where}: lost: {write}: {wrong}" for write, wrong in self.lost.items()]
        if self.misread:
            found.append(f"{where}: {self.misread} wrong reads")
        if self.slowest is not None and self.slowest > MOST_TIMES_IDLE * self.usual:
            found.append(f"{where}: p99 {self.slowest:.2f} s, {self.usual:.2f} s when idle")
        if self.settled > MOST_SECONDS_AFTER:
            found.append(f"{where}: errors for {self.settled:.0f} s after it")
        return found

    def row(self) -> Sequence[str]:
        """Return the trial's row of the table."""
        return (
            self.trial.part,
            self.trial.fault,
            statuses(self.meanwhile),
            statuses(self.after),
            f"{max(each.seconds for each in [*self.meanwhile, *self.after]):.1f} s",
            "" if self.slowest is None else f"{self.slowest:.2f} s, {self._times_idle:.1f} times",
            f"{self.settled:.1f} s",
            str(len(self.lost)),
            str(self.misread),
        )

    @property
    def _times_idle(self) -> float:
        return (self.slowest or 0.0) / self.usual if self.usual else 0.0

    def _p99(self, answers: Sequence[Answered]) -> float | None:
        spared = [each.seconds for each in answers if each.kind in self.trial.independent]
        return p99(spared) if spared else None

    def _is_in_order(self, answered: Answered) -> bool:
        # What has waited for it comes at once, among it more sign-ins of one account than may.
        is_of_front = self.trial.part == FRONT and answered.status in (NO_ANSWER, 429)
        return answered.is_good or answered.status in DOCUMENTED or is_of_front


def run(
    topology: Topology, token: str, guest: dict[str, str], seconds: float, parts: Collection[str]
) -> Iterator[Outcome]:
    """Cause every fault of the parts asked for, of all without any, and yield what came of it."""
    load = Load(topology.front, guest, token)
    load.start()
    trials = [each for each in _trials(topology, seconds) if not parts or each.part in parts]
    part, looked_at = "", 0
    idle: Sequence[Answered] = ()
    try:
        for trial in trials:
            if trial.part != part:
                part, idle = trial.part, _idle(load)
            # All once more at the end.
            looked_at = 0 if trial is trials[-1] else looked_at
            newest = len(load.acknowledged)
            yield _outcome(load, trial, idle, looked_at)
            looked_at = newest
    finally:
        load.stop()


def _idle(load: Load) -> Sequence[Answered]:
    """Return what clients get for a while in which nothing happens."""
    _settle(load)
    begun = monotonic()
    sleep(IDLE_SECONDS)
    return load.between(begun, monotonic())


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return quantiles(seconds, n=100)[-1] if len(seconds) > 1 else sum(seconds)


def _trials(topology: Topology, seconds: float) -> Iterator[Trial]:
    for partner in topology.partners:
        for fault in FAULTS:
            yield Trial(partner.name, fault, partial(_of_partner, partner, fault, seconds))
    seen: set[str] = set()
    for process in topology.processes:
        if process.role in seen:
            continue
        seen.add(process.role)
        name = process.role if process.role == "worker" else f"{process.role}, one of two"
        for fault in FAULTS:
            yield Trial(name, fault, partial(_of_process, process, fault, seconds))


def _of_partner(partner: Partner, fault: str, seconds: float) -> None:
    """Cause a fault of a server of others', and wait until it is there again."""
    if fault == "stopped":
        partner.hang()
        sleep(seconds)
        partner.resume()
        return
    if fault == "killed":
        partner.kill()
    else:
        partner.stop()
    partner.start()


def _of_process(process: Process, fault: str, seconds: float) -> None:
    """Cause a fault of one of our own processes, and wait until it is there again."""
    assert process.running is not None
    if fault == "stopped":
        signal_family(process.running.pid, signal.SIGSTOP)
        sleep(seconds)
        signal_family(process.running.pid, signal.SIGCONT)
        return
    process.end(signal.SIGKILL if fault == "killed" else signal.SIGTERM)
    process.start()
    if process.role != "worker":
        wait_until_up([process])


def _outcome(load: Load, trial: Trial, idle: Sequence[Answered], since: int) -> Outcome:
    """Cause a fault, and look at the writes acknowledged from the number `since` on."""
    sys.stderr.write(f"{trial.part} {trial.fault}\n")
    misread = len(load.misread)
    began = monotonic()
    trial.cause()
    there_again = monotonic()
    _settle(load)
    after = load.between(there_again, monotonic())
    last_bad = max((each.began + each.seconds for each in after if not each.is_good), default=0.0)
    return Outcome(
        trial,
        load.between(began, there_again),
        after,
        max(last_bad, there_again) - there_again,
        lost_in_the_end(load, since),
        len(load.misread) - misread,
        idle,
    )


def _settle(load: Load) -> None:
    """Wait until every request has been carried out for a while; raises TimeoutError."""
    until = monotonic() + PATIENCE_SECONDS
    sleep(SETTLED_SECONDS)
    while not load.is_good_since(monotonic() - SETTLED_SECONDS):
        if monotonic() > until:
            raise TimeoutError(f"not good again: {load.answers[-10:]}")
        sleep(0.1)
