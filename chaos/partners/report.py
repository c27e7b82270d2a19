"""How trials under load are reported, whatever it is that fails in them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chaos.partners.load import Answered

DOCUMENTED = {503, 507}
"""What a request may be answered with while a part that it needs is away."""


class Reported(Protocol):
    """What came of a trial, as a row of a table."""

    def row(self) -> Sequence[str]:
        """Return the cells."""


def table(head: Sequence[str], outcomes: Iterable[Reported]) -> str:
    """Write outcomes as a table in Markdown."""
    rows = [head, ["---"] * len(head), *(each.row() for each in outcomes)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def statuses(answers: Iterable[Answered]) -> str:
    """Return how often there was each status: `12 of 200, 3 of 503`."""
    counts = Counter(each.status for each in answers)
    named = [f"{count} of {status or 'none'}" for status, count in sorted(counts.items())]
    return ", ".join(named) or "none asked"
