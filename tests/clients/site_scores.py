"""Lighthouse on the card site: `python -m tests.clients.site_scores [FOLDER]`.

It serves a demo with the site as built for production, scores the gallery and a card's page on a
phone and on a desktop, leaves the reports in the folder, and fails below what is promised. It takes
minutes, so it stands beside the suite. `--site URL` scores a site that is served already.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx

from tests import node
from tests.browsers import install_browser
from tests.clients.packages import installed
from tests.clients.site_tour import served

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("lighthouse")
PROMISED = {"performance": 0.90, "accessibility": 0.95}
# By docs/throttling.md of Lighthouse: how much slower a phone of the middle is than a computer of
# such a benchmark index. The default, 4, is for a fast one.
SLOWER = ((1_500, 4), (800, 2), (0, 1))
FORMS: dict[str, tuple[str, ...]] = {"phone": (), "desktop": ("--preset=desktop",)}
FLAGS = "--headless=new --no-sandbox"


def pages_of(site: str) -> dict[str, str]:
    """Return the addresses that are scored: the gallery, and the card that it shows first."""
    newest = httpx.get(f"{site}/api/v1/cards", params={"limit": 1, "fields": "id"}, timeout=60)
    (card,) = newest.json()["results"]
    return {"gallery": urljoin(site, "/en"), "card": urljoin(site, f"/en/cards/{card['id']}")}


def report(program: Path, address: str, options: tuple[str, ...], to: Path) -> dict[str, Any]:
    """Run Lighthouse on a page, write its report as HTML and JSON, and return it."""
    command = [node.NODE, str(program), address, "--quiet", f"--chrome-flags={FLAGS}", *options]
    wanted = ["--output=json", "--output=html"]
    if not any("only-audits" in option for option in options):
        wanted.append(f"--only-categories={','.join(PROMISED)}")
    subprocess.run(
        [*command, *wanted, f"--output-path={to}"],
        env={**node.ENVIRONMENT, "CHROME_PATH": str(shutil.which("chromium"))},
        check=True,
    )
    told: dict[str, Any] = json.loads(to.with_name(f"{to.name}.report.json").read_text())
    return told


def shortcomings(told: dict[str, Any]) -> Iterator[str]:
    """Yield what Lighthouse finds wrong in a report."""
    for audit in told["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9:
            yield f"    {audit['id']}: {audit['title']} {audit.get('displayValue', '')}"


def slowdown(program: Path, address: str, folder: Path) -> int:
    """Return how much slower a phone is than this computer is now; caches are filled by that."""
    told = report(program, address, ("--only-audits=document-title",), folder / "first")
    index = told["environment"]["benchmarkIndex"]
    slower = next(times for least, times in SLOWER if index >= least)
    _say(f"benchmark index {index:.0f}: phones are taken to be {slower} times slower")
    return slower


def score(site: str, folder: Path) -> bool:
    """Score every page in every form; return whether all is as promised."""
    install_browser()
    program = installed(PROGRAM, "--ignore-scripts") / "lighthouse" / "cli" / "index.js"
    is_kept = True
    for page, address in pages_of(site).items():
        slower = slowdown(program, address, folder)
        for form, options in FORMS.items():
            told = report(program, address, options or _phone(slower), folder / f"{page}-{form}")
            scores = {name: told["categories"][name]["score"] for name in PROMISED}
            is_kept &= all(scores[name] >= least for name, least in PROMISED.items())
            _say(f"{page}, {form}: {scores}")
            for line in shortcomings(told):
                _say(line)
    return is_kept


def _phone(slower: int) -> tuple[str, ...]:
    return (f"--throttling.cpuSlowdownMultiplier={slower}",)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Score the site; return 1 where it falls short."""
    arguments = argparse.ArgumentParser(description="Score the card site with Lighthouse.")
    arguments.add_argument("folder", nargs="?", type=Path, default=Path())
    arguments.add_argument("--site", help="a site that is served already")
    asked = arguments.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        site = nullcontext(asked.site) if asked.site else served(Path(data), "--demo")
        with site as address:
            return 0 if score(address, asked.folder) else 1


if __name__ == "__main__":
    raise SystemExit(main())
