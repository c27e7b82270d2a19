"""Variants that are kept in memory, beside records that are: how many of each a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import report, served
from bench.files.art import written
from bench.files.seeding import seeded
from bench.load import Call, Measured, Request, measure
from bench.over_http import say

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

PICTURES = 48
QUERY = "?w=220&format=webp"
HEAD = ("kept in memory", "requests/s", "p99 ms", "of a record's rate")
NOTES = f"""
{PICTURES} public cards, and their fronts as `{QUERY}`; all are asked for once before. The best of
{{rounds}} rounds of each, alternating.
"""


def cached(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Measure both; returns the section's lines."""
    pictures, data = scratch / "few", scratch / "cached"
    pictures.mkdir()
    data.mkdir()
    list(written(pictures, PICTURES))
    rows = seeded(data, pictures)
    with served.holobase(data) as holobase:
        address = holobase.address
        calls = {
            "records": [Call(f"/api/v1/cards/{card}") for card in rows["cards"]],
            "variants": [Call(f"/files/{key}{QUERY}") for key in rows["keys"]],
        }
        rates: dict[str, list[Measured]] = {}
        for _ in range(options.rounds):
            for name, each in calls.items():
                rates.setdefault(name, []).append(measure(Request(address, each), options.seconds))
    best = {name: max(measured) for name, measured in rates.items()}
    say(f"{best}")
    lines = [
        [name, f"{one.rate:,.0f}", f"{one.p99:.1f}", f"{one.rate / best['records'].rate:.2f}"]
        for name, one in best.items()
    ]
    return [*report.table(HEAD, lines), NOTES.format(rounds=options.rounds)]
