"""Running all checks, each whatever becomes of the others, and reporting them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.doctor import databases, exposure, machine, partners, upkeep
from config.doctor.setup_check import CheckOutcome, SetupCheck, State, fail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

GROUPS: Mapping[str, Sequence[SetupCheck]] = {
    "machine": machine.CHECKS,
    "database": databases.CHECKS,
    "partners": partners.CHECKS,
    "exposure": exposure.CHECKS,
    "upkeep": upkeep.CHECKS,
}
ALL = [check for checks in GROUPS.values() for check in checks]
MOST_SHOWN = 200
"""Characters of an error that are shown."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check that was made, and its outcome."""

    check: SetupCheck
    state: State
    seen: str

    def as_json(self) -> dict[str, str]:
        """Return it for programs; what is well needs no mending."""
        return {
            "name": self.check.name,
            "state": self.state,
            "what": str(self.check.what),
            "seen": self.seen,
            "why": str(self.check.why),
            "mend": "" if self.state == State.OK else str(self.check.mend),
        }


def examine(checks: Sequence[SetupCheck] = ALL) -> Iterator[CheckResult]:
    """Make the checks in order; leave out those whose question does not arise."""
    states: dict[str, State] = {}
    for check in checks:
        outcome = _outcome(check, states)
        if outcome:
            states[check.name] = outcome.state
            yield CheckResult(check, outcome.state, outcome.seen)


def worst(results: Sequence[CheckResult]) -> State:
    """Return the state of the whole: fail before warn before ok."""
    found = Counter(result.state for result in results)
    return next((state for state in (State.FAIL, State.WARN) if found[state]), State.OK)


def _outcome(check: SetupCheck, states: Mapping[str, State]) -> CheckOutcome | None:
    needed = states.get(check.needs, State.OK)
    if needed in (State.FAIL, State.SKIPPED):
        return CheckOutcome(State.SKIPPED, check.needs)
    try:
        return check.look()
    except Exception as error:  # noqa: BLE001 - whatever a broken part raises, it is told
        first_line = str(error).strip().partition("\n")[0]
        return fail(f"{type(error).__name__}: {first_line}"[:MOST_SHOWN])
