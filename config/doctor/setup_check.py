"""What a check of the set-up is, and what it can come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import Promise


class State(StrEnum):
    """What a check came to; `skipped` if what it needs is broken itself."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class CheckOutcome(NamedTuple):
    """A state, and what was seen: a value, an error, a name."""

    state: State
    seen: str


@dataclass(frozen=True, slots=True)
class SetupCheck:
    """One question about the set-up.

    `look` answers it and may raise, which is a failure; it returns None where the question does
    not arise. `needs` names another check without whose success this one can't be asked.
    """

    name: str
    what: str | Promise
    why: str | Promise
    mend: str | Promise
    look: Callable[[], CheckOutcome | None]
    needs: str = ""


def ok(seen: object) -> CheckOutcome:
    """Return that all is well."""
    return CheckOutcome(State.OK, str(seen))


def warn(seen: object) -> CheckOutcome:
    """Return that it works, but not as a site should be run."""
    return CheckOutcome(State.WARN, str(seen))


def fail(seen: object) -> CheckOutcome:
    """Return that something does not work, or that data is in danger."""
    return CheckOutcome(State.FAIL, str(seen))


def expect(seen: object, *, unless_fail: bool = True, unless_warn: bool = True) -> CheckOutcome:
    """Return a failure or a warning where the condition of that name does not hold."""
    if not unless_fail:
        return fail(seen)
    return ok(seen) if unless_warn else warn(seen)


def size(count: float) -> str:
    """Write a number of bytes for a reader: `1.5 GiB`."""
    unit = "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if count < 1024:
            break
        count, unit = count / 1024, larger
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
