"""`./holo bench`: requests a second of Holobase and of stock DRF, alternating in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from tests.benchmarks.load import Request, requests_per_second
from tests.benchmarks.sign_ins import reads_beside_sign_ins, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "benchmarks.md"
EXPRESSION = quote('rarity="epic" && like_count>10')
NEW_CARD = json.dumps({"title": "Benchmark", "rarity": "epic", "effects": {"preset": "holo"}})
CONDITIONS = """\
Requests per second over 32 connections, {cards:,} cards, SQLite, one server process each, {cores}
cores shared with the load generator, Python {python}. Medians of {rounds} alternating rounds of
{seconds:g} s; the ratio is taken round by round, with its smallest and largest. Logs, metrics and
rules are on in Holobase. Stock is a ModelViewSet with DRF's CursorPagination (no counting) and
simplejwt on the same server software and the same SQLite settings, without access log, metrics,
change log or search index. Made by `./holo bench --write`.
"""
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Workload:
    """What both servers are asked, and the least ratio that the product promises."""

    name: str
    words: str
    holobase: str
    stock: str
    promise: float
    body: str = ""


def workloads(card: str) -> list[Workload]:
    """Give the workloads, about one of the cards where one is needed."""
    filtered = f"?sort=-like_count&filter={EXPRESSION}&expand=creator"
    return [
        Workload("W1", "one card", f"/{card}", f"/{card}", 3),
        Workload("W2", "30 public cards by likes", "?sort=-like_count", "", 3),
        Workload("W3", "filtered, creator expanded", filtered, "?rarity=epic&expand=creator", 3),
        Workload("W5", "create a card", "", "", 2, NEW_CARD),
    ]


def main() -> None:
    """Fill a database, start both servers on copies of it, measure and report."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        ours, theirs = Path(folder, "holobase"), Path(folder, "stock")
        seeded = _seed(ours, options.cards)
        subprocess.run(["cp", "-r", str(ours), str(theirs)], check=True)
        holobase = servers.enter_context(serving(ours, HOLOBASE))
        stock_stops = servers.enter_context(ExitStack())
        stock = stock_stops.enter_context(serving(theirs, STOCK))
        loads = workloads(seeded["card"])
        tokens = (seeded["token"], seeded["stock_token"])
        for load in loads:
            _require_same(load, (holobase, stock), tokens)
        rates = _measure(loads, (holobase, stock), tokens, options)
        stock_stops.close()
        beside = [reads_beside_sign_ins(holobase, options.seconds) for _ in range(options.rounds)]
    report = "\n".join([*_report(loads, rates, options), *section(beside)])
    sys.stdout.write(report)
    if options.write:
        REPORT.write_text(report)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo bench", description=__doc__)
    parser.add_argument("--cards", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args()


HOLOBASE = ("manage.py", "serve", "--no-worker", "--port")
STOCK: tuple[str, ...] = (
    "-m",
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "1",
    "--blocking-threads",
    "4",
)
STOCK += ("--log-level", "warning", "tests.benchmarks.stock.wsgi:application", "--port")


@contextmanager
def serving(data: Path, command: tuple[str, ...]) -> Iterator[str]:
    """Run a server over a data folder; gives the address of its cards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"THROTTLE_WRITE": "off", "THROTTLE_AUTH": "off", "LOG_LEVEL": "INFO"}
    with Path(data, "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *command, str(port)],
            cwd=ROOT,
            env=_environment(data, quiet),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}/api/v1/cards"
        try:
            _wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait()


def _environment(data: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "HOLOBASE_DATA": str(data), **(extra or {})}


def _seed(data: Path, cards: int) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.benchmarks.seed", str(cards)]
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(data), check=True, capture_output=True, text=True
    )
    seeded: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return seeded


def _wait_for(address: str) -> None:
    until = monotonic() + 60
    while True:
        try:
            _answer(address)
        except httpx.TransportError:
            if monotonic() > until:
                raise
            sleep(0.2)
        else:
            return


def _answer(address: str, token: str = "", body: str = "") -> Any:
    if body:
        headers = {**JSON, "Authorization": f"Bearer {token}"}
        return httpx.post(address, content=body, headers=headers).raise_for_status().json()
    return httpx.get(address).raise_for_status().json()


def _require_same(load: Workload, addresses: tuple[str, str], tokens: tuple[str, str]) -> None:
    """Check that both servers answer the same before they are timed."""
    ours = _answer(addresses[0] + load.holobase, tokens[0], load.body)
    theirs = _answer(addresses[1] + load.stock, tokens[1], load.body)
    if load.body:
        pairs = [(ours["title"], theirs["title"])]
    elif "results" in ours:
        pairs = [([r["id"] for r in ours["results"]], [r["id"] for r in theirs["results"]])]
    else:
        pairs = [(ours["id"], theirs["id"])]
    for one, other in pairs:
        if one != other or not one:
            raise SystemExit(f"{load.name}: the answers differ: {one} {other}")


def _measure(
    loads: list[Workload],
    addresses: tuple[str, str],
    tokens: tuple[str, str],
    options: argparse.Namespace,
) -> dict[str, list[tuple[float, float]]]:
    """Measure both servers in turn, round after round."""
    rates: dict[str, list[tuple[float, float]]] = {load.name: [] for load in loads}
    for number in range(options.rounds):
        for load in loads:
            ours, theirs = (
                requests_per_second(_request(address + path, load.body, token), options.seconds)
                for address, token, path in zip(
                    addresses, tokens, (load.holobase, load.stock), strict=True
                )
            )
            rates[load.name].append((ours, theirs))
            sys.stderr.write(f"round {number + 1} {load.name}: {ours:.0f} / {theirs:.0f}\n")
    return rates


def _request(url: str, body: str, token: str) -> Request:
    if not body:
        return Request(url)
    return Request(url, "POST", {**JSON, "Authorization": f"Bearer {token}"}, body)


def _report(
    loads: list[Workload],
    rates: dict[str, list[tuple[float, float]]],
    options: argparse.Namespace,
) -> list[str]:
    lines = [
        "# Benchmarks",
        "",
        CONDITIONS.format(
            cards=options.cards,
            cores=os.cpu_count(),
            python=platform.python_version(),
            rounds=options.rounds,
            seconds=options.seconds,
        ),
        "| workload | Holobase | stock DRF | ratio | promised |",
        "|---|---|---|---|---|",
    ]
    for load in loads:
        ratios = [ours / theirs for ours, theirs in rates[load.name]]
        ours = median(pair[0] for pair in rates[load.name])
        theirs = median(pair[1] for pair in rates[load.name])
        spread = f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        cells = (
            f"{load.name} {load.words}",
            f"{ours:,.0f}",
            f"{theirs:,.0f}",
            spread,
            f"{load.promise:g}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
