"""What the servers are asked, and by how much Holobase promises to be faster than PocketBase."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import httpx

from bench.load import Call, Request
from bench.pocketbase import ACTOR_RULE, SIMPLE_RULE
from bench.subjects import KOREAN_WORDS, RARE_WORD, SIGNER, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from resources.json_text import JsonObject

    type Asked = Callable[[int], Request]

HOLOBASE, POCKETBASE, STOCK = "Holobase", "PocketBase", "stock DRF"
JSON = {"Content-Type": "application/json"}
EPIC = 'rarity="epic" && like_count>10'
NEW = {"title": "Benchmark", "rarity": "epic", "effects": {"preset": "holo"}}
BATCH = 10
SIGNING_IN, SEARCHING = 4, 8
"""Connections that sign in, and that search."""


@dataclass(frozen=True)
class Target:
    """A server's address, with what its rows are called: `rows.fill` says what."""

    address: str
    rows: JsonObject


class Row(NamedTuple):
    """A line of the table: a kind of request, and what it promises.

    `cache` tells whether the response cache answers: always after the first request (`HOT`), or
    `NEVER`, as each request asks for something else; empty for writes. `rate` is the least ratio of
    Holobase's rate to PocketBase's, `time` the largest of its processor time; 0 where none is
    promised.
    """

    name: str
    cache: str
    rate: float = 0
    time: float = 0
    rule: str = SIMPLE_RULE


@dataclass(frozen=True)
class Workload:
    """One row of the table as each server is asked it, by number of the round."""

    row: Row
    asked: Mapping[str, Asked]

    @property
    def name(self) -> str:
        """Return the row's name, with what the response cache has to do with it."""
        return f"{self.row.name} ({self.row.cache})" if self.row.cache else self.row.name

    @property
    def is_unordered(self) -> bool:
        """Return whether each server has its own idea of what comes first."""
        return self.row.name in SEARCHES

    @property
    def least_seconds(self) -> float:
        """Tell how long it takes to have measured something: answers can be slow on purpose."""
        return 6 if self.row.name in (LOGIN, *SEARCHES) else 0

    @property
    def has_own_answers(self) -> bool:
        """Return whether each server answers with something else than the same cards."""
        return self.row.name in (LIKE, LOGIN)


@dataclass(frozen=True)
class Spelling:
    """How one server's addresses, headers and bodies are written."""

    target: Target
    cards: str
    page: str
    bearer: str

    def reads(self, *queries: str, member: int | None = None) -> Asked:
        """Ask for pages of cards, the most liked first."""
        calls = [Call(f"{self.cards}?{self.page}{query}") for query in queries]
        headers = {} if member is None else self.signed(member)
        return lambda _round: Request(self.target.address, calls, headers=headers)

    def searches(self, *queries: str) -> Asked:
        """Ask for pages over fewer connections: one network may search only so much at once."""
        request = self.reads(*queries)
        return lambda number: replace(request(number), connections=SEARCHING)

    def card(self) -> Asked:
        """Ask for the most liked card."""
        calls = [Call(f"{self.cards}/{self.target.rows['card']}")]
        return lambda _round: Request(self.target.address, calls)

    def all_cards(self) -> Asked:
        """Ask for one card after the other, spread over all ids."""
        chance = random.Random(11)
        ids = chance.sample(self.target.rows["cards"], len(self.target.rows["cards"]))
        calls = [Call(f"{self.cards}/{card}") for card in ids]
        return lambda _round: Request(self.target.address, calls)

    def writes(self, method: str, calls: Callable[[int], Sequence[Call]]) -> Asked:
        """Write as the first member, each round what that round's calls say."""
        return self.writes_by(method, calls, lambda _round: 0)

    def writes_by(
        self, method: str, calls: Callable[[int], Sequence[Call]], member: Callable[[int], int]
    ) -> Asked:
        """Write as the member of the round."""
        return lambda number: Request(
            self.target.address, calls(number), method, JSON | self.signed(member(number))
        )

    def updates(self) -> Asked:
        """Change the titles of drafts, no title twice."""
        drafts = self.target.rows["drafts"]

        def calls(number: int) -> list[Call]:
            return [
                Call(f"{self.cards}/{drafts[turn % len(drafts)]}", _body(title=f"{number}.{turn}"))
                for turn in range(20 * len(drafts))
            ]

        return self.writes("PATCH", calls)

    def sign_in(self, path: str, secrets: Mapping[str, str]) -> Asked:
        """Sign in over few connections: each answer takes a password hash."""
        calls = [Call(path, _body(**secrets))]
        return lambda _round: Request(self.target.address, calls, "POST", JSON, SIGNING_IN)

    def signed(self, member: int) -> dict[str, str]:
        """Return the header of a member."""
        return {"Authorization": self.bearer + self.target.rows["tokens"][member]}


def _body(**values: object) -> str:
    return json.dumps(values)


def workloads(targets: Mapping[str, Target]) -> list[Workload]:
    """Return the workloads for the servers there are."""
    asked = {name: ASKED[name](SPELLINGS[name](target)) for name, target in targets.items()}
    return [
        Workload(row, {name: ways[key] for name, ways in asked.items() if key in ways})
        for row in ROWS
        if (key := (row.name, row.cache)) in asked[HOLOBASE]
    ]


HOT, NEVER = "hot", "never cached"
ONE = "one card"
LIST = "30 cards by likes"
NEXT, STEP = "30 cards by likes, by cursor", 7
FILTERED = "30 of one rarity, creator expanded"
SIGNED = "30 cards by likes, signed in"
SIGNED_RULE = "30 cards by likes, signed in, rule names the actor"
SEARCH = "search for a rare word"
SEARCH_TWO = "search for two words"
SEARCH_KOREAN = "search for two Korean words"
SEARCHES = (SEARCH, SEARCH_TWO, SEARCH_KOREAN)
FEED = "feed, cards expanded"
CREATE, UPDATE, LIKE = "create a card", "update a draft", "like a card"
BATCHED = f"{BATCH} creates in one batch"
LOGIN = "sign in by password"
ROWS = (
    Row(ONE, NEVER, 2.5, 0.35),
    Row(LIST, NEVER, 5, 0.15),
    Row(FILTERED, NEVER, 6, 0.12),
    Row(SIGNED_RULE, NEVER, 5, 0.15, ACTOR_RULE),
    Row(SEARCH_TWO, NEVER, 60, 0.01),
    Row(SEARCH_KOREAN, NEVER, 60, 0.01),
    Row(FEED, NEVER),
    Row(ONE, HOT),
    Row(LIST, HOT, 10),
    Row(FILTERED, HOT),
    Row(SIGNED, HOT),
    Row(SIGNED_RULE, HOT, 0, 0, ACTOR_RULE),
    Row(SEARCH, HOT),
    Row(FEED, HOT),
    Row(CREATE, "", 2.5, 0.4),
    Row(UPDATE, "", 2.5, 0.4),
    Row(LIKE, "", 2, 0.5),
    Row(BATCHED, "", 2, 0.6),
    Row(LOGIN, ""),
)

type Ways = dict[tuple[str, str], Asked]


def _bounds() -> Iterator[tuple[int, int]]:
    """Yield bounds of likes, the upper one first, of which hardly any come twice in a round."""
    return ((below, above) for above in range(20) for below in range(1000, 100, -1))


def _other_pages(condition: str = "") -> list[str]:
    """Return filters that hardly repeat in a round, each of a page by likes."""
    return [
        f"&filter={quote(f'{condition}like_count<{below} && like_count>{above}')}"
        for below, above in _bounds()
    ]


def _searched(words: Sequence[Sequence[str]]) -> list[tuple[int, str, str]]:
    """Return bounds of likes with two words: no search is made twice in a round."""
    bounds, (creatures, places) = range(1000, 990, -1), words
    return list(product(bounds, creatures, places))


def _holobase(to: Spelling) -> Ways:
    likes = [Call(f"/api/v1/cards/{card}/like") for card in to.target.rows["cards"]]
    batch = {"requests": [{"method": "POST", "path": "cards", "body": NEW}] * BATCH}
    feed = Spelling(to.target, "/api/v1/feed", "expand=card", to.bearer)
    others = [f"&filter={quote(f'author!="{one}"')}" for one in to.target.rows["members"]]
    modes = [f"{other}&mode={mode}" for mode in ("hot", "new", "top") for other in others]

    def search(words: Sequence[Sequence[str]]) -> Asked:
        pages = [
            f"&search={quote(f'{creature} {place}')}&filter={quote(f'like_count<{below}')}"
            for below, creature, place in _searched(words)
        ]
        return Spelling(to.target, to.cards, "limit=30", to.bearer).searches(*pages)

    return _shared(to) | {
        (SEARCH, HOT): lambda _round: Request(
            to.target.address, [Call(f"/api/v1/cards?search={RARE_WORD}")]
        ),
        (SEARCH_TWO, NEVER): search(WORDS),
        (SEARCH_KOREAN, NEVER): search(KOREAN_WORDS),
        (FEED, NEVER): feed.reads(*modes),
        (FEED, HOT): feed.reads(""),
        (CREATE, ""): to.writes("POST", lambda _round: [Call("/api/v1/cards", _body(**NEW))]),
        (LIKE, ""): to.writes_by("PUT", lambda _round: likes, lambda number: number),
        (BATCHED, ""): to.writes("POST", lambda _round: [Call("/api/v1/batch", _body(**batch))]),
        (LOGIN, ""): to.sign_in("/api/v1/auth/token", SIGNER),
    }


def _pocketbase(to: Spelling) -> Ways:
    rows, records = to.target.rows, "/api/collections/%s/records"
    new = {**NEW, "creator": rows["members"][0], "status": "draft", "visibility": "public"}
    batch = {"requests": [{"method": "POST", "url": to.cards, "body": new}] * BATCH}
    signer = {**SIGNER, "identity": SIGNER["identity"] + "@example.com"}

    def likes(number: int) -> list[Call]:
        member = rows["members"][number]
        return [Call(records % "likes", _body(card=card, user=member)) for card in rows["cards"]]

    def search(words: Sequence[Sequence[str]]) -> Asked:
        pages = [
            f'title~"{creature}" && title~"{place}" && like_count<{below}'
            for below, creature, place in _searched(words)
        ]
        return to.searches(*(f"&filter={quote(page)}" for page in pages))

    return _shared(to) | {
        (SEARCH, HOT): to.reads(f"&filter={quote(f'title~"{RARE_WORD}"')}"),
        (SEARCH_TWO, NEVER): search(WORDS),
        (SEARCH_KOREAN, NEVER): search(KOREAN_WORDS),
        (CREATE, ""): to.writes("POST", lambda _round: [Call(to.cards, _body(**new))]),
        (LIKE, ""): to.writes_by("POST", likes, lambda number: number),
        (BATCHED, ""): to.writes("POST", lambda _round: [Call("/api/batch", _body(**batch))]),
        (LOGIN, ""): to.sign_in("/api/collections/users/auth-with-password", signer),
    }


def _shared(to: Spelling) -> Ways:
    filtered = [f"{page}&expand=creator" for page in _other_pages('rarity="epic" && ')]
    return {
        (ONE, NEVER): to.all_cards(),
        (LIST, NEVER): to.reads(*_other_pages()),
        (FILTERED, NEVER): to.reads(*filtered),
        (SIGNED_RULE, NEVER): to.reads(*_other_pages(), member=0),
        (ONE, HOT): to.card(),
        (LIST, HOT): to.reads(""),
        (FILTERED, HOT): to.reads(f"&filter={quote(EPIC)}&expand=creator"),
        (SIGNED, HOT): to.reads("", member=0),
        (SIGNED_RULE, HOT): to.reads("", member=0),
        (UPDATE, ""): to.updates(),
    }


def _stock(to: Spelling) -> Ways:
    return {
        (ONE, NEVER): to.all_cards(),
        (LIST, NEVER): to.reads(*(f"below={below}&above={above}" for below, above in _bounds())),
        (ONE, HOT): to.card(),
        (FILTERED, HOT): to.reads("rarity=epic&expand=creator"),
        (LIST, HOT): to.reads(""),
        (SIGNED, HOT): to.reads("", member=0),
        (CREATE, ""): to.writes("POST", lambda _round: [Call("/api/v1/cards", _body(**NEW))]),
    }


ASKED: dict[str, Callable[[Spelling], Ways]] = {
    HOLOBASE: _holobase,
    POCKETBASE: _pocketbase,
    STOCK: _stock,
}


def next_pages(targets: Mapping[str, Target]) -> Workload:
    """Return pages by likes as clients come to them: each by the cursor of a page before it."""
    spellings = {name: SPELLINGS[name](target) for name, target in targets.items()}
    return Workload(Row(NEXT, NEVER), {name: _by_cursors(to) for name, to in spellings.items()})


def _by_cursors(to: Spelling) -> Asked:
    """Walk through all cards in small steps, and ask for a whole page from each."""
    calls, address = [], f"{to.target.address}{to.cards}?{to.page}&limit={STEP}"
    with httpx.Client() as client:
        while address:
            calls.append(Call(address.removeprefix(to.target.address)))
            address = client.get(address).raise_for_status().json()["next"]
    pages = [Call(call.path.replace(f"limit={STEP}", "limit=30")) for call in calls]
    return lambda _round: Request(to.target.address, pages)


def holobase_workloads(target: Target) -> list[Workload]:
    """Return what Holobase alone is asked."""
    return workloads({HOLOBASE: target})


SPELLINGS: dict[str, Callable[[Target], Spelling]] = {
    HOLOBASE: lambda target: Spelling(target, "/api/v1/cards", "sort=-like_count", "Bearer "),
    POCKETBASE: lambda target: Spelling(
        target,
        "/api/collections/cards/records",
        "perPage=30&skipTotal=1&sort=-like_count,-id",
        "",
    ),
    STOCK: lambda target: Spelling(target, "/api/v1/cards", "", "Bearer "),
}
