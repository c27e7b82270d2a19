"""What the servers are asked, and by how much Holobase promises to be faster than PocketBase."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bench.load import Call, Request
from bench.pocketbase import ACTOR_RULE, SIMPLE_RULE
from bench.subjects import RARE_WORD, SIGNER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    type Asked = Callable[[int], Request]

HOLOBASE, POCKETBASE, STOCK = "Holobase", "PocketBase", "stock DRF"
JSON = {"Content-Type": "application/json"}
EPIC = 'rarity="epic" && like_count>10'
NEW = {"title": "Benchmark", "rarity": "epic", "effects": {"preset": "holo"}}
BATCH = 10
SIGNING_IN = 4


@dataclass(frozen=True)
class Target:
    """A server's address, with what its rows are called: `rows.fill` says what."""

    address: str
    rows: Mapping[str, Any]


@dataclass(frozen=True)
class Workload:
    """One kind of request as each server takes it, by number of the round.

    `promise` is the least ratio of Holobase's rate to PocketBase's, 0 where none is promised.
    """

    name: str
    promise: float
    asked: Mapping[str, Asked]
    rule: str = SIMPLE_RULE

    @property
    def is_unordered(self) -> bool:
        """Return whether each server has its own idea of what comes first."""
        return self.name == SEARCH

    @property
    def least_seconds(self) -> float:
        """Tell how long it takes to have measured something: answers can be slow on purpose."""
        return 6 if self.name == LOGIN else 0

    @property
    def has_own_answers(self) -> bool:
        """Return whether each server answers with something else than the cards."""
        return self.name in (LIKE, LOGIN)


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

    def card(self) -> Asked:
        """Ask for the most liked card."""
        calls = [Call(f"{self.cards}/{self.target.rows['card']}")]
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
    written = {name: SPELLINGS[name](target) for name, target in targets.items()}
    ours = _holobase(written[HOLOBASE])
    theirs = {
        POCKETBASE: _pocketbase(written[POCKETBASE]) if POCKETBASE in written else {},
        STOCK: _stock(written[STOCK]) if STOCK in written else {},
    }
    found = []
    for name, promise in PROMISES.items():
        rule = ACTOR_RULE if name == AUTHENTICATED_RULE else SIMPLE_RULE
        others = {server: asked[name] for server, asked in theirs.items() if name in asked}
        found.append(Workload(name, promise, {HOLOBASE: ours[name], **others}, rule))
    return found


ONE = "one card"
LIST = "30 cards by likes, any page"
FILTERED = "30 filtered, creator expanded"
CACHED = "30 cards by likes, first page (cached)"
AUTHENTICATED = "the same, signed in"
AUTHENTICATED_RULE = "the same, signed in, rule names the actor"
SEARCH = "search for a word"
CREATE, UPDATE, LIKE = "create a card", "update a draft", "like a card"
BATCHED = f"{BATCH} creates in one batch"
LOGIN = "sign in by password"
PROMISES = {
    ONE: 1.5,
    LIST: 3,
    FILTERED: 4,
    CACHED: 5,
    AUTHENTICATED: 3,
    AUTHENTICATED_RULE: 3,
    SEARCH: 0,
    CREATE: 1.3,
    UPDATE: 1.3,
    LIKE: 0,
    BATCHED: 0,
    LOGIN: 0,
}


def _any_pages() -> list[str]:
    """Return filters of which hardly any is asked twice in a round."""
    return [
        f"&filter={quote(f'like_count<{below} && like_count>{above}')}"
        for above in range(20)
        for below in range(1000, 100, -1)
    ]


def _holobase(to: Spelling) -> dict[str, Asked]:
    likes = [Call(f"/api/v1/cards/{card}/like") for card in to.target.rows["cards"]]
    batch = {"requests": [{"method": "POST", "path": "cards", "body": NEW}] * BATCH}
    return _shared(to) | {
        SEARCH: lambda _round: Request(
            to.target.address, [Call(f"/api/v1/cards?search={RARE_WORD}")]
        ),
        CREATE: to.writes("POST", lambda _round: [Call("/api/v1/cards", _body(**NEW))]),
        LIKE: to.writes_by("PUT", lambda _round: likes, lambda number: number),
        BATCHED: to.writes("POST", lambda _round: [Call("/api/v1/batch", _body(**batch))]),
        LOGIN: to.sign_in("/api/v1/auth/token", SIGNER),
    }


def _pocketbase(to: Spelling) -> dict[str, Asked]:
    rows, records = to.target.rows, "/api/collections/%s/records"
    new = {**NEW, "creator": rows["members"][0], "status": "draft", "visibility": "public"}
    batch = {"requests": [{"method": "POST", "url": to.cards, "body": new}] * BATCH}
    signer = {**SIGNER, "identity": SIGNER["identity"] + "@example.com"}

    def likes(number: int) -> list[Call]:
        member = rows["members"][number]
        return [Call(records % "likes", _body(card=card, user=member)) for card in rows["cards"]]

    return _shared(to) | {
        SEARCH: to.reads(f"&filter={quote(f'title~"{RARE_WORD}"')}"),
        CREATE: to.writes("POST", lambda _round: [Call(to.cards, _body(**new))]),
        LIKE: to.writes_by("POST", likes, lambda number: number),
        BATCHED: to.writes("POST", lambda _round: [Call("/api/batch", _body(**batch))]),
        LOGIN: to.sign_in("/api/collections/users/auth-with-password", signer),
    }


def _shared(to: Spelling) -> dict[str, Asked]:
    return {
        ONE: to.card(),
        LIST: to.reads(*_any_pages()),
        FILTERED: to.reads(f"&filter={quote(EPIC)}&expand=creator"),
        CACHED: to.reads(""),
        AUTHENTICATED: to.reads("", member=0),
        AUTHENTICATED_RULE: to.reads("", member=0),
        UPDATE: to.updates(),
    }


def _stock(to: Spelling) -> dict[str, Asked]:
    return {
        ONE: to.card(),
        FILTERED: to.reads("rarity=epic&expand=creator"),
        CACHED: to.reads(""),
        AUTHENTICATED: to.reads("", member=0),
        CREATE: to.writes("POST", lambda _round: [Call("/api/v1/cards", _body(**NEW))]),
    }


def holobase_workloads(target: Target) -> dict[str, Asked]:
    """Return what Holobase alone is asked, by the names of the workloads."""
    return _holobase(SPELLINGS[HOLOBASE](target))


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
