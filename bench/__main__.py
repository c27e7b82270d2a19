"""`./holo bench`: Holobase measured beside PocketBase and stock DRF, alternating in one run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.builds import builds
from bench.community.section import community
from bench.files.section import files
from bench.on_postgresql import on_postgresql
from bench.over_http import at_a_million, beside_pocketbase
from bench.processes import processes
from bench.realtime import realtime
from bench.report import REPORT, replace_section
from bench.search.section import search
from bench.tricks.report import LEDGER, tricks
from tests.environment import require_usable_settings

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS: dict[str, tuple[str, Callable[[argparse.Namespace], list[str]]]] = {
    "http": ("HTTP on SQLite", beside_pocketbase),
    "realtime": ("Realtime", realtime),
    "postgres": ("HTTP on PostgreSQL", on_postgresql),
    "processes": ("One process and two", processes),
    "million": ("HTTP at 1,000,000 cards", at_a_million),
    "files": ("Files", files),
    "search": ("Search", search),
    "community": ("A large community", community),
    "tricks": ("Measured alone", tricks),
    "builds": ("Beside another build", builds),
}
REPORTS = {"tricks": LEDGER}


def main() -> None:
    """Run the parts that were asked for, all when none was, and show or write their sections."""
    options = _options()
    for part in options.parts or [part for part in PARTS if part != "builds" or options.before]:
        title, measured = PARTS[part]
        lines = measured(options)
        sys.stdout.write("\n".join([f"## {title}", "", *lines, ""]))
        if options.write:
            replace_section(part, title, lines, REPORTS.get(part, REPORT))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=" ".join(PARTS)
    )
    parser.add_argument("--cards", type=int, default=20_000)
    parser.add_argument("--pictures", type=int, default=240, help="cards with fronts, for `files`")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--subscribers", type=int, default=1_000)
    parser.add_argument("--connections", type=int, default=10_000, help="how many to hold at once")
    parser.add_argument("--before", type=Path, help="another checkout, for `builds` and `search`")
    parser.add_argument("--write", action="store_true", help="write the report in docs")
    return parser.parse_args()


if __name__ == "__main__":
    require_usable_settings()
    main()
