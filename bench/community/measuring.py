"""Runs in a process of its own: fills a community, then measures a round for each line it reads.

Without HTTP and without the response cache, another page each time.
"""

from __future__ import annotations

import json
import random
import sys
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.management import call_command
from django.test import RequestFactory

from bench.community.filling import fill
from bench.search.measuring import KINDS, QUESTIONS, say
from config.urls import SEARCHED
from resources.actors import ANONYMOUS, Actor
from resources.execution.reader import list_records
from resources.http.search_view import SearchView
from resources.registry import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resources.declaration import Resource

LIST = "cards, a list"
EXPAND = "expand=card,post"
LISTS: Mapping[str, tuple[str, str]] = {
    LIST: ("cards", ""),
    "feed, hot": ("feed", EXPAND),
    "feed, new": ("feed", f"mode=new&{EXPAND}"),
    "feed, top": ("feed", f"mode=top&{EXPAND}"),
    "feed, top of the week": ("feed", f"mode=top&window=week&{EXPAND}"),
    "feed, following": ("feed", f"mode=following&{EXPAND}"),
    "feed, hot and unread": ("feed", f"unread=true&{EXPAND}"),
}
MOST_PAGES = 20
UNMEASURED = 8
"""Questions of each kind until statements are compiled, prepared, and planned without values.

PostgreSQL runs a prepared statement five times before it considers a plan for any values.
"""


class Walk:
    """Pages of one list, one after the other."""

    def __init__(self, reader: Actor, resource: str, query: str) -> None:
        self.reader = reader
        self.resource = _resource(resource)
        self.first = self.next = query
        self.pages = 0

    def page(self) -> float:
        """Read the next page, and return the milliseconds that took."""
        began = perf_counter()
        answer = list_records(self.resource, self.reader, self.next, "")
        seconds = perf_counter() - began
        link = json.loads(answer.body)["next"]
        self.pages += 1
        is_over = link is None or self.pages % MOST_PAGES == 0
        self.next = self.first if is_over else link.partition("?")[2]
        return seconds * 1e3


def main(cards: int, likes: int) -> None:
    """Fill the database, then answer each line of standard input with a round of times."""
    call_command("migrate", verbosity=0)
    filled = fill(cards, likes)
    say(filled.counts)
    walks = {name: Walk(filled.reader, *asked) for name, asked in LISTS.items()}
    _round(walks, random.Random(-1), UNMEASURED)
    for line in sys.stdin:
        say(_round(walks, random.Random(int(line)), QUESTIONS))


def _round(walks: Mapping[str, Walk], chance: random.Random, times: int) -> dict[str, list[float]]:
    """Return the milliseconds of each, one in turn: a busy machine meets all alike."""
    found: dict[str, list[float]] = {name: [] for name in (*walks, *searches())}
    for _ in range(times):
        for name, walk in walks.items():
            found[name].append(walk.page())
        for name, ask in searches().items():
            found[name].append(ask(chance))
    return found


def searches() -> Mapping[str, Callable[[random.Random], float]]:
    """Return what is searched for, each with how one question is asked and timed."""
    return {
        **{f"cards, search: {kind}": _in_cards(kind) for kind in KINDS},
        **{f"search everywhere: {kind}": _everywhere(kind) for kind in KINDS},
    }


def _resource(name: str) -> Resource:
    found = named(name)
    assert found is not None
    return found


def _in_cards(kind: str) -> Callable[[random.Random], float]:
    cards = _resource("cards")

    def ask(chance: random.Random) -> float:
        query = urlencode({"search": KINDS[kind](chance)})
        began = perf_counter()
        list_records(cards, ANONYMOUS, query, "")
        return (perf_counter() - began) * 1e3

    return ask


def _everywhere(kind: str) -> Callable[[random.Random], float]:
    view = SearchView.as_view(default_resources=SEARCHED)

    def ask(chance: random.Random) -> float:
        request = RequestFactory().get("/api/v1/search", {"q": KINDS[kind](chance)})
        began = perf_counter()
        view(request)
        return (perf_counter() - began) * 1e3

    return ask


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
