"""What an attack came to, held to what is promised."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chaos.attack.member import Times

MOST_TIMES = {"read": 5.0, "write": 10.0, "event": 5.0}
"""How many times its idle p99 the member's may become."""

MOST_MEGABYTES = 150
IDLE = "idle"


@dataclass(frozen=True)
class Phase:
    """One kind of attack: the member's times, the memory over idle, what the strangers saw.

    `server` and `strangers` are the parts of the machine's processors that each of them took, in
    percent.
    """

    name: str
    times: Times
    megabytes: float
    seen: Counter[str]
    server: float = 0
    strangers: float = 0

    def share(self, kind: str, percent: int) -> float:
        """Return the milliseconds that so many of a hundred stayed below."""
        values: list[float] = sorted(getattr(self.times, kind))
        if not values:
            return math.nan
        return values[min(len(values) - 1, math.ceil(len(values) * percent / 100) - 1)] * 1000


def broken_promises(phases: Sequence[Phase]) -> list[str]:
    """Name what is not as promised, the idle phase being the first."""
    idle, *others = phases
    found = []
    for phase in others:
        for kind, most in MOST_TIMES.items():
            times = phase.share(kind, 99) / idle.share(kind, 99)
            if not times <= most:
                found.append(
                    f"{phase.name}: {kind} {times:.1f} times idle, {most:.0f} are promised"
                )
        if phase.megabytes > MOST_MEGABYTES:
            found.append(f"{phase.name}: {phase.megabytes:.0f} MB more than idle")
        failed = {
            status: n for status, n in phase.seen.items() if status[0] == "5" and status != "503"
        }
        if failed:
            found.append(f"{phase.name}: strangers got {_counts(Counter(failed))}")
        if phase.times.failures:
            found.append(f"{phase.name}: the member met {_counts(phase.times.failures)}")
    return found


def table(phases: Sequence[Phase]) -> str:
    """Write the figures as a Markdown table."""
    kinds = tuple(MOST_TIMES)
    heads = [f"{kind} {share}" for kind in kinds for share in ("p50", "p99", "x")]
    lines = [["phase", *heads, "memory", "server", "strangers", "strangers saw"]]
    for phase in phases:
        cells = [phase.name]
        for kind in kinds:
            p50, p99 = phase.share(kind, 50), phase.share(kind, 99)
            times = p99 / phases[0].share(kind, 99)
            mark = "**" if not times <= MOST_TIMES[kind] else ""
            cells += [f"{p50:.1f}", f"{p99:.1f}", f"{mark}{times:.1f}{mark}"]
        mark = "**" if phase.megabytes > MOST_MEGABYTES else ""
        cells += [f"{mark}{phase.megabytes:+.0f}{mark}"]
        cells += [f"{phase.server:.0f} %", f"{phase.strangers:.0f} %", _counts(phase.seen) or "-"]
        lines.append(cells)
    lines.insert(1, ["---", *["--:"] * (len(heads) + 3), "---"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _counts(seen: Counter[str]) -> str:
    return ", ".join(f"{count} x {what}" for what, count in sorted(seen.items()))
