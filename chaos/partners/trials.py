"""The faults of the partners' test: how each is caused, and what came of it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, override

import httpx

from chaos.partners.load import NO_ANSWER, Answered
from chaos.partners.report import DOCUMENTED, statuses
from chaos.partners.topologies import WORKER, WRITER, fill_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chaos.partners.load import Acknowledged
    from chaos.partners.topologies import Partner, Topology

HEAD = (
    "partner",
    "fault",
    "answers meanwhile",
    "answers after",
    "worst wait",
    "`/readyz` meanwhile",
    "its worst wait",
    "writes lost",
    "ready again",
    "worker again",
)


@dataclass(frozen=True)
class Trial:
    """One fault of one partner; `cause` returns as soon as the partner is there again.

    `cuts_off` says that requests under way end without an answer: what is killed is the server.
    """

    partner: str
    fault: str
    cause: Callable[[], object]
    cuts_off: bool = False


@dataclass
class Outcome:
    """What came of a trial; `ready_again` and `worker_again` are seconds since its end."""

    trial: Trial
    meanwhile: list[Answered]
    after: list[Answered]
    probes: list[Answered]
    ready_again: float
    worker_again: float
    lost: Mapping[Acknowledged, str]

    @property
    def problems(self) -> list[str]:
        """Return what should not have happened."""
        where = f"{self.trial.partner} {self.trial.fault}"
        undocumented = [
            each
            for each in [*self.meanwhile, *self.after, *self.probes]
            if not (each.is_good or each.status in DOCUMENTED or self._is_cut_off(each))
        ]
        found = [f"{where}: {each}" for each in undocumented]
        return [*found, *(f"{where}: lost: {each}: {what}" for each, what in self.lost.items())]

    def row(self) -> Sequence[str]:
        """Return the trial's row of the table."""
        return (
            self.trial.partner,
            self.trial.fault,
            statuses(self.meanwhile),
            statuses(self.after),
            _worst([*self.meanwhile, *self.after]),
            statuses(self.probes),
            _worst(self.probes),
            str(len(self.lost)),
            f"{self.ready_again:.1f} s",
            f"{self.worker_again:.1f} s",
        )

    def _is_cut_off(self, answered: Answered) -> bool:
        return self.trial.cuts_off and answered.status == NO_ANSWER


class Probe(Thread):
    """Asks `/readyz` twice a second."""

    def __init__(self, address: str) -> None:
        super().__init__(name="probe", daemon=True)
        self.address = address
        self.answers: list[Answered] = []
        self.is_over = Event()

    @override
    def run(self) -> None:
        """Ask until it is over."""
        while not self.is_over.wait(0.5):
            self.answers.append(readiness(self.address))

    def stop(self) -> None:
        """Ask no more."""
        self.is_over.set()
        self.join()


def readiness(address: str) -> Answered:
    """Ask `/readyz`; `problem` is what it says but for `ok`."""
    began = monotonic()
    try:
        answer = httpx.get(f"http://{address}/readyz", timeout=10)
    except httpx.HTTPError as failure:
        waited = monotonic() - began
        return Answered("readyz", began, waited, NO_ANSWER, type(failure).__name__)
    said = answer.json()["status"]
    waited = monotonic() - began
    return Answered(
        "readyz", began, waited, answer.status_code, "" if said == "ok" else answer.text
    )


def trials(topology: Topology, seconds: float) -> list[Trial]:
    """Return every fault of a topology; those that last do so for some seconds."""
    found = [trial for partner in topology.partners for trial in _of_partner(partner, seconds)]
    found.append(Trial("worker", "killed", partial(_replaced, topology, WORKER)))
    if not topology.partners:
        found.append(Trial("writer of SQLite", "killed", partial(_replaced, topology, WRITER)))
    if topology.has_own_disk and not topology.partners:
        found.append(Trial("disk", "full", partial(_full, topology, seconds)))
    found.append(Trial("Holobase", "killed", partial(_restarted, topology), cuts_off=True))
    return found


def _of_partner(partner: Partner, seconds: float) -> list[Trial]:
    return [
        Trial(partner.name, "killed", partial(_killed, partner, 0.0)),
        Trial(partner.name, "refused", partial(_killed, partner, seconds)),
        Trial(partner.name, "hung", partial(_hung, partner, seconds)),
    ]


def _killed(partner: Partner, seconds: float) -> None:
    partner.kill()
    sleep(seconds)
    partner.start()


def _hung(partner: Partner, seconds: float) -> None:
    partner.hang()
    sleep(seconds)
    partner.resume()


def _replaced(topology: Topology, kind: str) -> None:
    former = topology.child(kind)
    os.kill(former, signal.SIGKILL)
    while topology.child(kind) == former:
        sleep(0.05)


def _full(topology: Topology, seconds: float) -> None:
    make_room = fill_disk(topology.folder)
    sleep(seconds)
    make_room()


def _restarted(topology: Topology) -> None:
    """Kill the server alone, see that its children end with it, and start it again."""
    children = list(topology.children())
    assert topology.product.running is not None
    topology.product.running.kill()
    topology.product.running.wait()
    for pid in children:
        while _is_running(pid):
            sleep(0.05)
    topology.start()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _worst(answers: Iterable[Answered]) -> str:
    return f"{max((each.seconds for each in answers), default=0.0):.1f} s"
