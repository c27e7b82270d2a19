"""HTTP: the same requests to servers over the same rows, alternating round by round."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from bench import pocketbase, report, served
from bench.load import Measured, measure
from bench.sign_ins import reads_beside_sign_ins, section
from bench.workloads import (
    HOLOBASE,
    POCKETBASE,
    SEARCHES,
    STOCK,
    Target,
    Workload,
    workloads,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from bench.load import Request
    from resources.json_text import JsonObject

    type Results = dict[str, list[dict[str, Measured]]]

MILLION = 1_000_000
CHECK_ROUND = -1  # a member who takes part in no round
CONDITIONS = """\
{cards:,} cards, SQLite, 32 connections; {rounds} alternating rounds of {seconds:g} s. Each is
served as it comes: Holobase by a process for each core and one that writes; PocketBase by one with
threads for all; stock DRF by one. *Never cached*: each request asks for another card, page or
member's view, so that no answer comes from Holobase's response cache. *Hot*: the same request again
and again. Requests per second; microseconds of processor time a request, of
all of a server's processes, which is what carries over to larger machines; then the milliseconds
within which half and 99 of 100 were answered; medians of the rounds. Ratios are taken round by
round, with the smallest and the largest; p99 is promised to be no worse than PocketBase's.
"""
NOTES = """
Each row asks all for the same cards, which is checked first. PocketBase 0.40.6 has the same
columns and indexes, its logs on and its rate limits off, as it comes, does not count (`skipTotal`)
and lists by the rule `is_public = true`; in the row that says so it is Holobase's rule:
`is_public = true || creator = @request.auth.id`. Holobase does what it always does: logs, metrics,
rules, change log, search index. A like counts on the card in Holobase and is only a row in
PocketBase, which has no feed; its search is `title ~ "word"`, once for each word, Holobase's ranks
title, description and tags. Searches for two words come over 8 connections, each for other words.
Sign-in is bound by the password hash on purpose: argon2id in Holobase, bcrypt in PocketBase. Stock
is a ModelViewSet with DRF's CursorPagination and simplejwt on the same server software and SQLite
settings, with neither access log, metrics, change log nor search index. Most memory is that of all
processes of a server after a load, pages that they share counted once, SQLite's mapped file
included.
"""

NO_SEARCH = """
Search is left out: at a million cards PocketBase, which reads all of them, answers none within the
time of a round.
"""


def beside_pocketbase(options: argparse.Namespace) -> list[str]:
    """Measure Holobase, PocketBase and stock DRF on SQLite; returns the section's lines."""
    return _on_sqlite(options, options.cards, (HOLOBASE, POCKETBASE, STOCK))


def at_a_million(options: argparse.Namespace) -> list[str]:
    """Measure Holobase and PocketBase over a million cards; returns the section's lines."""
    lines = _on_sqlite(options, MILLION, (HOLOBASE, POCKETBASE), but=SEARCHES)
    return [*lines, NO_SEARCH]


def _on_sqlite(
    options: argparse.Namespace, cards: int, names: Sequence[str], *, but: Sequence[str] = ()
) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch:
        folders = {name: Path(scratch, name.split()[-1].lower()) for name in names}
        rows = prepared(folders, cards)
        lines = [CONDITIONS.format(cards=cards, rounds=options.rounds, seconds=options.seconds)]
        with ExitStack() as servers:
            running = {
                name: servers.enter_context(SERVERS[name](folder))
                for name, folder in folders.items()
            }
            targets = {name: Target(one.address, rows[name]) for name, one in running.items()}
            loads = [load for load in workloads(targets) if load.row.name not in but]
            results = alternated(loads, running, options)
            measured = [one for rounds in results.values() for one in rounds]
            memory = {
                name: max(each[name].memory for each in measured if name in each) for name in names
            }
            lines += report.rates(loads, results, names)
        lines += ["", *report.memory_and_starts(memory, _cold_starts(folders, options.rounds))]
        if STOCK in names:
            lines += [NOTES, *_sign_ins(folders[HOLOBASE], options)]
    return lines


SERVERS: dict[str, Callable[[Path], served.Starting]] = {
    HOLOBASE: served.holobase,
    POCKETBASE: served.pocketbase,
    STOCK: served.stock,
}


def prepared(folders: Mapping[str, Path], cards: int) -> dict[str, JsonObject]:
    """Fill a folder for each server with the same rows; tells by server what they are called."""
    ours = folders[HOLOBASE]
    ours.mkdir()
    rows: dict[str, JsonObject] = {HOLOBASE: seeded(ours, cards)}
    if STOCK in folders:
        shutil.copytree(ours, folders[STOCK])
        rows[STOCK] = stock_rows(rows[HOLOBASE])
    if POCKETBASE in folders:
        folders[POCKETBASE].mkdir()
        rows[POCKETBASE] = pocketbase.fill(folders[POCKETBASE], ours)
    return rows


def stock_rows(rows: Mapping[str, object]) -> JsonObject:
    """Say what stock DRF calls the same rows."""
    return {**rows, "tokens": [rows["stock_token"]]}


def seeded(
    data: Path, cards: int, extra: Mapping[str, str] | None = None, source: Path = served.ROOT
) -> JsonObject:
    """Fill a data folder of a checkout, or the database that `extra` names; tells what is there."""
    say(f"filling Holobase with {cards:,} cards")
    return served.filled(cards, served.environment(data, extra), source)


def alternated(
    loads: Sequence[Workload], running: Mapping[str, served.Served], options: argparse.Namespace
) -> Results:
    """Check that all answer the same, then measure each in turn, round after round."""
    results: Results = {load.name: [] for load in loads}
    rule = ""
    for number in range(CHECK_ROUND, options.rounds):
        for load in loads:
            if POCKETBASE in running and rule != load.row.rule:
                rule = load.row.rule
                pocketbase.set_list_rule(running[POCKETBASE], rule)
            if number == CHECK_ROUND:
                _require_same(load)
                continue
            measured = {
                name: cost(ask(number), running[name], max(options.seconds, load.least_seconds))
                for name, ask in load.asked.items()
            }
            results[load.name].append(measured)
            rates = "  ".join(
                f"{name} {one.rate:,.0f} {one.microseconds:,.0f} µs"
                for name, one in measured.items()
            )
            say(f"round {number + 1}, {load.name}: {rates}")
    return results


def cost(request: Request, server: served.Served, seconds: float) -> Measured:
    """Measure requests for some seconds: the server's processor time for each, its memory after."""
    began = server.processor_seconds()
    measured = measure(request, seconds)
    busy = server.processor_seconds() - began
    microseconds = busy / (measured.rate * seconds) * 1e6
    return measured._replace(microseconds=microseconds, memory=server.memory())


def say(words: str) -> None:
    """Tell whoever waits how far it is."""
    sys.stderr.write(f"{words}\n")


def _require_same(load: Workload) -> None:
    shown = {name: _shown(load, name) for name in load.asked}
    if not load.has_own_answers and any(one != shown[HOLOBASE] for one in shown.values()):
        raise SystemExit(f"{load.name}: the answers differ: {shown}")


def _shown(load: Workload, server: str) -> list[str]:
    """Return the titles in a server's first answer: no two published cards share theirs."""
    request = load.asked[server](CHECK_ROUND)
    call = request.calls[0]
    answer = httpx.request(
        request.method,
        request.server + call.path,
        content=call.body,
        headers=dict(request.headers),
        timeout=60,
    ).raise_for_status()
    content = answer.json() if answer.content else {}
    rows = _rows(content)
    titles = [row.get("body", row).get("title", "") for row in rows]
    return sorted(titles) if load.is_unordered else titles


def _rows(content: Any) -> list[JsonObject]:
    """Find the records in a page, in the answer to a batch, or in an answer that is one."""
    if isinstance(content, list):
        return content
    rows: list[JsonObject] = content.get("results") or content.get("items") or [content]
    return rows


def _cold_starts(folders: Mapping[str, Path], rounds: int) -> dict[str, list[float]]:
    """Start each server again and again; returns the seconds to the first answer."""
    starts: dict[str, list[float]] = {name: [] for name in folders}
    for _round in range(rounds):
        for name, folder in folders.items():
            with SERVERS[name](folder) as one:
                starts[name].append(one.cold_start)
    return starts


def _sign_ins(data: Path, options: argparse.Namespace) -> list[str]:
    with served.holobase(data) as one:
        cards = f"{one.address}/api/v1/cards"
        rounds = [reads_beside_sign_ins(cards, options.seconds) for _ in range(options.rounds)]
    return section(rounds)
