"""What came of a fault test: a table, and everything that is not as it should be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.json_text import JsonObject

SHOWN = 8
TELLING = ("title", "rarity", "status", "visibility", "is_hidden", "like_count")
LOG = """
SELECT position, action, before, after FROM resources_change
WHERE record_id = %s ORDER BY position DESC LIMIT 12
"""


@dataclass
class Outcome:
    """How a run went: the chaos, the writers and each subscriber."""

    seconds: float
    chaos: Counter[str]
    writing: JsonObject
    subscribers: list[JsonObject]
    logged_errors: list[str]
    lost_writes: list[JsonObject] = field(default_factory=list)

    @property
    def problems(self) -> list[JsonObject]:
        """Return all that is wrong, each with the subscriber it is about."""
        found = [{"problem": failure} for failure in self.writing["failures"]]
        found += self.lost_writes
        for one in self.subscribers:
            about = {name: one[name] for name in ("name", "topic", "way")}
            found += [about | problem for problem in one["problems"]]
        return found

    def table(self) -> list[tuple[str, str]]:
        """Return what happened, in words and numbers."""
        counts = sum((Counter(one["counts"]) for one in self.subscribers), Counter[str]())
        writing: Counter[str] = Counter(self.writing["counts"])
        changed = f"{writing['writes']:,} ({writing['writes'] / self.seconds:.0f} a second)"
        rows = [
            ("seconds", f"{self.seconds:.0f}"),
            ("subscribers", f"{len(self.subscribers):,}"),
            ("writes answered", changed),
            ("requests broken and repeated", f"{writing['broken requests']:,}"),
            ("events delivered", f"{counts['events']:,}"),
            *((face, f"{times:,}") for face, times in sorted(self.chaos.items())),
            ("subscriptions resumed or begun", f"{counts['subscribed']:,}"),
            ("events about rows that were read ahead", f"{counts['ahead']:,}"),
            ("connections sent elsewhere", f"{counts['sent elsewhere']:,}"),
            ("resets", f"{counts['resets']:,}"),
            ("slowest to catch up", f"{max(one['seconds'] for one in self.subscribers):.1f} s"),
            ("errors logged", f"{len(self.logged_errors):,}"),
            ("discrepancies", f"{len(self.problems):,}"),
        ]
        rows += [(name, f"{writing[name]:,}") for name in writing if name.startswith("answers")]
        return rows

    def report(self) -> str:
        """Write the table as Markdown."""
        lines = [f"| {name} | {value} |" for name, value in self.table()]
        return "\n".join(["| | |", "|---|---|", *lines, ""])


def lost_writes(api: str, shelves: Iterable[JsonObject]) -> list[JsonObject]:
    """Compare what the writers were answered with what is there now."""
    found = []
    with httpx.Client(base_url=f"http://{api}/api/v1/", timeout=60) as client:
        for shelf in shelves:
            ((column, owner),) = shelf["owner"].items()
            headers = {"Authorization": f"Bearer {shelf['token']}"}
            asked = {column: owner, "limit": "100"}
            answer = client.get(shelf["resource"], params=asked, headers=headers)
            there = {row["id"]: row for row in answer.raise_for_status().json()["results"]}
            found += _differences(shelf, there)
    return found


def _differences(shelf: JsonObject, there: JsonObject) -> list[JsonObject]:
    written = ("title", "text", "rarity", "status", "visibility")
    found = []
    for row_id in shelf["rows"].keys() | there.keys():
        answered, now = shelf["rows"].get(row_id), there.get(row_id)
        if answered is None or now is None:
            if answered is None and now and now.get("title") == "Binder":
                continue  # was there before the writers
            about = {"id": row_id, "answered": answered, "there": now}
            found.append({"problem": "a write is lost or doubled", **about})
        elif any(answered[name] != now[name] for name in written if name in answered):
            about = {"id": row_id, "answered": answered, "there": now}
            found.append({"problem": "a write is lost", **about})
    return found


def explanation(outcome: Outcome, database: str) -> str:
    """Show the first discrepancies, of each kind one first, with the log of their rows."""
    kinds = Counter(problem["problem"] for problem in outcome.problems)
    lines = [f"{count:6,}  {kind}" for kind, count in kinds.most_common()]
    firsts = {problem["problem"]: problem for problem in reversed(outcome.problems)}
    with psycopg.connect(database) as connection:
        for problem in [*firsts.values(), *outcome.problems][:SHOWN]:
            lines += ["", json.dumps(problem)]
            if "id" in problem:
                rows = connection.execute(LOG, [problem["id"]]).fetchall()
                lines += [_change(*row) for row in reversed(rows)]
    return "\n".join(lines)


def _change(position: int, action: str, before: dict[str, object], after: dict[str, object]) -> str:
    """Write a change of the log in one line, by the columns that decide who sees the row."""
    told = [
        f"{name} {before.get(name)} → {after.get(name)}"
        for name in TELLING
        if name in before | after
    ]
    return f"    {position} {action}: {', '.join(told)}"
