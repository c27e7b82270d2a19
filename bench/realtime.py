"""Realtime: one write through the HTTP API, heard by many subscribers of one topic."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import TYPE_CHECKING, NamedTuple

from bench import pocketbase, report
from bench.held import hold
from bench.held import table as held_table
from bench.listening import Listeners, listening
from bench.over_http import SERVERS, prepared, say
from bench.wires import event_stream, pocketbase_stream, websocket
from bench.workloads import HOLOBASE, POCKETBASE
from bench.writing import Author, Writer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from bench.held import Held
    from bench.served import Served
    from bench.wires import Wire
    from resources.json_text import JsonObject

CARDS = 2_000
PACE = 5
FASTER = 1.4
MOST_LAG = 1.0
GRACE = 20.0
GUESTS, MEMBERS = "guests", "members"
RULES = {GUESTS: pocketbase.SIMPLE_RULE, MEMBERS: pocketbase.ACTOR_RULE}
POCKETBASE_STREAM = "PocketBase, SSE"
WAYS: dict[str, tuple[str, Wire]] = {
    "Holobase, WebSocket": (HOLOBASE, websocket),
    "Holobase, SSE": (HOLOBASE, event_stream),
    POCKETBASE_STREAM: (POCKETBASE, pocketbase_stream),
}
INTRODUCTION = """\
{subscribers:,} subscribers of all cards at one server, SQLite, with a process for each core. Times
are from just before the request that creates a card until a subscriber has read of it: the write is
included. Guests are anonymous, with PocketBase's simple rule; members are each signed in as
somebody else, under a rule that names the actor in both. Medians of {rounds} alternating rounds;
the most deliveries a second are those of the fastest pace of writes at which every delivery still
arrived. The share of the processor (100 % is one core) tells whether the generator was in the way.
"""


class Delivered(NamedTuple):
    """What came of writes at one pace: milliseconds from write to receipt, shares of one core.

    `lag` is by how many seconds the last receipt came after the pace had ended.
    """

    expected: int
    arrived: int
    p50: float
    p99: float
    a_second: float
    lag: float
    generator: float
    server: float

    @property
    def is_complete(self) -> bool:
        """Return whether everybody heard of everything once."""
        return self.arrived == self.expected


class Measured(NamedTuple):
    """One way in one round: at the steady pace, and at the fastest that was kept up with."""

    steady: Delivered
    fastest: Delivered


@dataclass(frozen=True)
class Channel:
    """A server with its subscribers and somebody who writes."""

    server: Served
    listeners: Listeners
    subscribers: int
    writer: Writer

    def deliver(self, rate: float, seconds: float) -> Delivered:
        """Write at a pace and wait until all has arrived, or nothing more comes."""
        self.listeners.report()
        began, busy = perf_counter(), self.server.processor_seconds()
        sent = self.writer.write(rate, seconds)
        expected = len(sent) * self.subscribers
        until = perf_counter() + GRACE
        while self.listeners.heard < expected and perf_counter() < until:
            sleep(0.05)
        wall, busy = perf_counter() - began, self.server.processor_seconds() - busy
        arrivals = self.listeners.report()
        pairs = zip(arrivals.writes, arrivals.times, strict=True)
        times = sorted((time - sent[write]) * 1000 for write, time in pairs if write in sent)
        first, last = min(sent.values()), max(arrivals.times, default=perf_counter())
        percentiles = quantiles(times, n=100) if len(times) > 1 else [float("inf")] * 99
        return Delivered(
            expected,
            len(times),
            percentiles[49],
            percentiles[98],
            len(times) / (last - first),
            last - first - len(sent) / rate,
            arrivals.busy / wall,
            busy / wall,
        )

    def fastest(self, steady: Delivered, seconds: float) -> Delivered:
        """Raise the pace until deliveries lag or go missing; returns the best that was complete."""
        rate, best = float(PACE), steady
        while best.is_complete:
            rate *= FASTER
            one = self.deliver(rate, seconds)
            say(f"    {rate:.0f} writes/s: {one}")
            if one.is_complete and one.a_second > best.a_second:
                best = one
            if not one.is_complete or one.lag > MOST_LAG:
                break
        return best


def realtime(options: argparse.Namespace) -> list[str]:
    """Measure delivery over each way, and how many connections are held; returns the lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch:
        folders = {name: Path(scratch, name.lower()) for name in (HOLOBASE, POCKETBASE)}
        rows = prepared(folders, CARDS)
        results = _alternated(folders, rows, options)
        held = _held(folders, rows, options)
    words = INTRODUCTION.format(subscribers=options.subscribers, rounds=options.rounds)
    lines = [words]
    for audience, rounds in results.items():
        lines += [f"### {audience.capitalize()}", "", *_table(rounds), ""]
    lines += [f"### {options.connections:,} connections held at once", ""]
    return [*lines, *held_table(held, POCKETBASE_STREAM)]


def _alternated(
    folders: Mapping[str, Path], rows: JsonObject, options: argparse.Namespace
) -> dict[str, list[dict[str, Measured]]]:
    results: dict[str, list[dict[str, Measured]]] = {GUESTS: [], MEMBERS: []}
    for number in range(options.rounds):
        for audience, rounds in results.items():
            measured = {}
            for name, (server, _wire) in WAYS.items():
                say(f"round {number + 1}, {audience}, {name}")
                with SERVERS[server](folders[server]) as one:
                    people = _people(audience, rows[server], options.subscribers)
                    with _channel(name, one, rows[server], people) as channel:
                        if server == POCKETBASE:
                            pocketbase.set_list_rule(one, RULES[audience])
                        channel.deliver(PACE, 1)
                        steady = channel.deliver(PACE, 2 * options.seconds)
                        say(f"    {steady}")
                        measured[name] = Measured(steady, channel.fastest(steady, options.seconds))
            rounds.append(measured)
    return results


def _people(audience: str, rows: JsonObject, count: int) -> list[str]:
    if audience == GUESTS:
        return [""] * count
    tokens = rows["tokens"]
    return [tokens[number % len(tokens)] for number in range(count)]


@contextmanager
def _channel(
    name: str, server: Served, rows: JsonObject, people: Sequence[str]
) -> Iterator[Channel]:
    with listening(WAYS[name][1], server.address, people) as listeners:
        yield Channel(server, listeners, len(people), Writer(author(name, server, rows)))


def author(name: str, server: Served, rows: JsonObject) -> Author:
    """Return somebody who publishes cards, so that all may hear of them."""
    token, card = rows["tokens"][0], {"rarity": "epic", "status": "published"}
    if WAYS[name][0] == HOLOBASE:
        return Author(server.address, "/api/v1/cards", f"Bearer {token}", card)
    card |= {"visibility": "public", "creator": rows["members"][0]}
    path = "/api/collections/cards/records"
    return Author(server.address, path, token, {**card, "is_public": True})


def _held(
    folders: Mapping[str, Path], rows: JsonObject, options: argparse.Namespace
) -> list[dict[str, Held]]:
    """Hold many guests' connections at a fresh server of each kind, alternating."""
    return [
        {name: _held_by(name, folders, rows, options.connections) for name in WAYS}
        for _round in range(options.rounds)
    ]


def _held_by(name: str, folders: Mapping[str, Path], rows: JsonObject, connections: int) -> Held:
    server = WAYS[name][0]
    say(f"holding {connections:,} connections, {name}")
    with SERVERS[server](folders[server]) as one:
        if server == POCKETBASE:
            pocketbase.set_list_rule(one, RULES[GUESTS])
        Writer(author(name, one, rows[server])).write(20, 2)  # what it needs to write at all
        channel = _channel(name, one, rows[server], [""] * connections)
        return hold(one, connections, channel, lambda opened: opened.deliver(1, 1).arrived)


def _table(rounds: Sequence[Mapping[str, Measured]]) -> list[str]:
    head = [
        "",
        "arrived",
        "p50, ms",
        "p99, ms",
        "p99 / PocketBase's",
        "most deliveries/s",
        "/ PocketBase's",
    ]
    head += ["server, generator at most"]
    return report.table(head, [_row(name, rounds) for name in WAYS])


def _row(name: str, rounds: Sequence[Mapping[str, Measured]]) -> list[str]:
    mine = [one[name] for one in rounds]
    theirs = [one[POCKETBASE_STREAM] for one in rounds]
    pairs = list(zip(mine, theirs, strict=True))
    slower = [one.steady.p99 / other.steady.p99 for one, other in pairs]
    more = [one.fastest.a_second / other.fastest.a_second for one, other in pairs]
    shares = zip(*((one.fastest.server, one.fastest.generator) for one in mine), strict=True)
    is_ours = name != POCKETBASE_STREAM
    steady = [one.steady for one in mine]
    is_complete = all(one.is_complete for one in steady)
    return [
        name,
        f"{sum(one.arrived for one in steady) / sum(one.expected for one in steady):.0%}",
        f"{median(one.steady.p50 for one in mine):.1f}",
        f"{median(one.steady.p99 for one in mine):.1f}",
        report.promised(slower, 0.5, is_met=is_complete and median(slower) < 0.5)
        if is_ours
        else "",
        f"{median(one.fastest.a_second for one in mine):,.0f}",
        report.promised(more, 3, is_met=is_complete and median(more) >= 3) if is_ours else "",
        ", ".join(f"{max(part):.0%}" for part in shares),
    ]
