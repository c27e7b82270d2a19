"""Each part of the topology killed, stopped and restarted under load, and what clients got."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from time import monotonic, sleep
from typing import TYPE_CHECKING

from chaos.faults.cluster import wait_until_up
from chaos.partners.load import KINDS, NO_ANSWER, Load, lost_writes
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
LOST_AFTER_SECONDS = 30.0
"""An S3 server that is back finds its volumes one after the other."""
HEAD = (
    "part",
    "fault",
    "answers meanwhile",
    "answers after",
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
        return set(KINDS) - NEED.get(self.part.split()[0], set(KINDS))


@dataclass(frozen=True)
class Outcome:
    """What came of a trial; `idle` is the p99 in seconds of each kind while nothing happened."""

    trial: Trial
    meanwhile: Sequence[Answered]
    after: Sequence[Answered]
    settled: float
    lost: Mapping[Acknowledged, str]
    misread: int
    idle: float

    @property
    def slowest(self) -> float | None:
        """Return the p99 of the requests that don't need the part."""
        spared = [each.seconds for each in self.meanwhile if each.kind in self.trial.independent]
        return p99(spared) if spared else None

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
        if self.slowest is not None and self.slowest > MOST_TIMES_IDLE * self.idle:
            found.append(f"{where}: p99 {self.slowest:.2f} s, {self.idle:.2f} s when idle")
        return found

    def row(self) -> Sequence[str]:
        """Return the trial's row of the table."""
        return (
            self.trial.part,
            self.trial.fault,
            statuses(self.meanwhile),
            statuses(self.after),
            "" if self.slowest is None else f"{self.slowest:.2f} s",
            f"{self.settled:.1f} s",
            str(len(self.lost)),
            str(self.misread),
        )

    def _is_in_order(self, answered: Answered) -> bool:
        # What has waited for it comes at once, among it more sign-ins of one account than may.
        is_of_front = self.trial.part == FRONT and answered.status in (NO_ANSWER, 429)
        return answered.is_good or answered.status in DOCUMENTED or is_of_front


def run(
    topology: Topology, token: str, profile: dict[str, str], seconds: float, parts: Collection[str]
) -> Iterator[Outcome]:
    """Cause every fault of the parts asked for, of all without any, and yield what came of it."""
    load = Load(topology.front, profile, token)
    load.start()
    try:
        _settle(load)
        begun = monotonic()
        sleep(IDLE_SECONDS)
        idle = p99([each.seconds for each in load.between(begun, monotonic())])
        for trial in _trials(topology, seconds):
            if not parts or trial.part in parts:
                yield _outcome(load, trial, idle)
    finally:
        load.stop()


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


def _outcome(load: Load, trial: Trial, idle: float) -> Outcome:
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
        _lost(load),
        len(load.misread) - misread,
        idle,
    )


def _lost(load: Load) -> Mapping[Acknowledged, str]:
    """Return the acknowledged writes that are not there in the end, however often one looks."""
    until = monotonic() + LOST_AFTER_SECONDS
    lost = lost_writes(load.address, load.acknowledged, load.drawn)
    first = Counter(lost.values())
    while lost and monotonic() < until:
        sleep(1)
        lost = lost_writes(load.address, lost, load.drawn)
    if first and not lost:
        sys.stderr.write(f"not there at the first look, but later: {dict(first)}\n")
    return lost


def _settle(load: Load) -> None:
    """Wait until every request has been carried out for a while; raises TimeoutError."""
    until = monotonic() + PATIENCE_SECONDS
    sleep(SETTLED_SECONDS)
    while not load.is_good_since(monotonic() - SETTLED_SECONDS):
        if monotonic() > until:
            raise TimeoutError(f"not good again: {load.answers[-10:]}")
        sleep(0.1)
