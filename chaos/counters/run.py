"""The test of counters: served, met at by many at once, and added up."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from bench.served import ROOT, serving
from chaos.attack.wire import Address, Connection
from chaos.counters.member import Member
from chaos.databases import NAMES, running
from chaos.faults.cluster import SETTINGS, environment_without_backends
from tests.migrated import SERVE, fill_with_migrated_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resources.json_text import JsonObject

PATIENCE_SECONDS = 20.0
"""How long views may take to be written, which is done once a second here."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: counts that differ from what was answered, and requests told to come again."""

    requests: int
    repeated: int
    seconds: float
    differences: Sequence[str]


def main(arguments: Sequence[str]) -> int:
    """Run the test; return the exit status."""
    options = _options(arguments)
    status = 0
    for database in options.database or NAMES:
        with (
            tempfile.TemporaryDirectory(prefix="holobase-counters-") as folder,
            running(database) as urls,
        ):
            outcome = counted(Path(folder), urls, options)
        sys.stdout.write(
            f"{NAMES[database]}: {outcome.requests} requests in {outcome.seconds:.1f} s from"
            f" {options.connections} connections, {outcome.repeated} of them repeated,"
            f" {len(outcome.differences)} differences\n"
        )
        sys.stdout.write("".join(f"  {line}\n" for line in outcome.differences))
        status = status or bool(outcome.differences)
    return int(status)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo faults counters", description=main.__doc__)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database", action="append", choices=[*NAMES])
    return parser.parse_args(arguments)


def counted(folder: Path, urls: Mapping[str, str], plan: argparse.Namespace) -> Outcome:
    """Serve an empty database, let all members act at once, and compare every count.

    `plan` has the `requests` of all `connections`, and a `seed`.
    """
    own = {**urls, "HOLOBASE_DATA": str(folder)}
    variables = environment_without_backends() | SETTINGS | own
    variables["COUNTS_WRITTEN_SECONDS"] = "1"
    if not urls:
        fill_with_migrated_database(folder)
    stage = _filled(plan.connections, variables)
    command = [*SERVE, "--no-worker", "--port"]
    with serving(command, folder, "/healthz", variables) as served:
        return asyncio.run(_acted(Address(served.address, "127.0.0.1"), stage, plan))


def _filled(members: int, variables: Mapping[str, str]) -> JsonObject:
    command = [sys.executable, "-m", "chaos.counters.stage", str(members)]
    done = subprocess.run(
        command, cwd=ROOT, env=variables, check=True, stdout=subprocess.PIPE, text=True
    )
    stage: JsonObject = json.loads(done.stdout.splitlines()[-1])
    return stage


async def _acted(address: Address, stage: JsonObject, plan: argparse.Namespace) -> Outcome:
    members = [
        Member(
            id=known["id"],
            token=known["token"],
            address=address,
            stage=stage,
            chance=Random(plan.seed * 1_000 + number),
        )
        for number, known in enumerate(stage["members"])
    ]
    each = -(-plan.requests // len(members))
    began = monotonic()
    await asyncio.gather(*(member.act(each) for member in members))
    seconds = monotonic() - began
    expected = dict(expectations(stage, members))
    found = await _found(address, members[0], expected)
    differences = [
        f"{path} {column}: {found[path, column]}, expected {value}"
        for (path, column), value in expected.items()
        if found[path, column] != value
    ]
    repeated = sum(member.repeated for member in members)
    return Outcome(each * len(members), repeated, seconds, differences)


def expectations(
    stage: JsonObject, members: Sequence[Member]
) -> Iterator[tuple[tuple[str, str], float]]:
    """Return what every count and average must be, by the record's path and the column."""
    for kind in ("cards", "posts"):
        for key in stage[kind]:
            path = f"{kind}/{key}"
            yield (path, "like_count"), sum(path in member.likes for member in members)
    for key in stage["cards"]:
        yield (f"cards/{key}", "view_count"), sum(key in member.views for member in members)
    for member in members:
        followers = sum(member.id in other.follows for other in members)
        yield (f"users/{member.id}", "follower_count"), followers
        yield (f"users/{member.id}", "following_count"), len(member.follows)
    for key in stage["templates"]:
        stars = [each.reviews[key][1] for each in members if key in each.reviews]
        average = round(sum(stars) / len(stars), 3) if stars else 0
        yield (f"templates/{key}", "rating_count"), len(stars)
        yield (f"templates/{key}", "rating_average"), average


async def _found(
    address: Address, reader: Member, expected: Mapping[tuple[str, str], float]
) -> Mapping[tuple[str, str], float]:
    """Read what is expected, again until it is there: views are written a second later."""
    until = monotonic() + PATIENCE_SECONDS
    connection = await Connection.opened(address)
    while True:
        records = {path: await reader.ask(connection, "GET", path) for path, _column in expected}
        found = {(path, column): records[path][column] for path, column in expected}
        if found == expected or monotonic() > until:
            connection.close()
            return found
        await asyncio.sleep(0.2)
