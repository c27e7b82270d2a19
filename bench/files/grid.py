"""A grid page of cards in Chromium: bytes of its pictures as originals, and by their `srcset`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from bench import report, served
from bench.files.seeding import seeded
from tests.browsers import chromium
from tests.files.grid_page import POINTS, bytes_taken, grid_page

if TYPE_CHECKING:
    from pathlib import Path

CARDS = 48
HEAD = ("a page of 48 cards", "bytes", "bytes by `srcset`", "ratio")


def grid(pictures: Path, scratch: Path) -> list[str]:
    """Show the same cards twice, with an empty cache; returns the table's lines."""
    data = scratch / "grid"
    data.mkdir()
    seeded(data, pictures)
    with served.holobase(data) as running:
        page = httpx.get(f"{running.address}/api/v1/cards?limit={CARDS}&fields=front").json()
        fronts = [card["front"] for card in page["results"]]
        address = running.address.removeprefix("http://")
        taken = []
        for with_variants in (False, True):
            profile = data / f"browser-{with_variants}"
            profile.mkdir()
            with chromium(profile) as browser:
                html = grid_page(fronts, with_variants=with_variants)
                taken.append(bytes_taken(browser, address, html))
    before, after = taken
    shown = f"{len(fronts)} PNG of 744 x 1039 at {POINTS} points"
    return report.table(HEAD, [[shown, f"{before:,}", f"{after:,}", f"{before / after:.0f}"]])
