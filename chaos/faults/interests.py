"""What the subscribers of the fault test listen to: a kind for each way to see a row."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

from chaos.faults.mirror import Interest
from resources.json_text import JsonObject

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

type People = JsonObject

PUBLIC = {"status": "published", "visibility": "public"}
REACHABLE = {"status": "published", "visibility": "unlisted"}
CARD = "id,title,rarity,status,visibility,creator,like_count"
STREAMS = 10  # every tenth listens to server-sent events


def interests(count: int, people: People, chance: Random) -> list[Interest]:
    """Return each subscriber its interest, the kinds in turn."""
    made = [make(people, chance) for make in islice(cycle(KINDS), count)]
    for number, interest in enumerate(made):
        interest.name = f"{interest.kind} {number}"
        interest.is_stream = chance.randrange(STREAMS) == 0
    return made


def _public_cards(_people: People, _chance: Random) -> Interest:
    return Interest("", "public cards", "cards", "cards", fields=CARD, shows=[PUBLIC])


def _cards_of_a_rarity(_people: People, chance: Random) -> Interest:
    rarity = chance.choice(("epic", "rare"))
    return Interest(
        "",
        "cards of a rarity",
        "cards",
        "cards",
        filter=f'rarity="{rarity}"',
        shows=[PUBLIC | {"rarity": rarity}],
    )


def _cards_as_a_member(people: People, chance: Random) -> Interest:
    member = chance.choice(people["members"])
    shows = [PUBLIC, {"creator": member["id"]}]
    return Interest(
        "", "cards as a member", "cards", "cards", member["token"], fields=CARD, shows=shows
    )


def _own_private_cards(people: People, chance: Random) -> Interest:
    member = chance.choice(people["members"])
    return Interest(
        "",
        "own private cards",
        "cards",
        "cards",
        member["token"],
        filter='visibility="private"',
        shows=[{"creator": member["id"], "visibility": "private"}],
    )


def _own_drafts(people: People, chance: Random) -> Interest:
    member = chance.choice(people["members"])
    return Interest(
        "",
        "own drafts",
        "cards",
        "cards",
        member["token"],
        filter='status="draft"',
        fields=CARD,
        shows=[{"creator": member["id"], "status": "draft"}],
    )


def _cards_of_somebody(people: People, chance: Random) -> Interest:
    creator, listener = chance.sample(people["members"], k=2)
    return Interest(
        "",
        "somebody's cards",
        f"users/{creator['id']}/cards",
        f"cards?creator={creator['id']}",
        listener["token"] if chance.random() < 0.5 else "",
        shows=[PUBLIC | {"creator": creator["id"]}],
    )


def _own_cards(people: People, chance: Random) -> Interest:
    member = chance.choice(people["members"])
    return Interest(
        "",
        "own cards",
        f"users/{member['id']}/cards",
        f"cards?creator={member['id']}",
        member["token"],
        shows=[{"creator": member["id"]}],
    )


def _one_card(people: People, chance: Random) -> Interest:
    card = chance.choice(chance.choice(people["members"])["cards"])
    return Interest(
        "",
        "one card",
        f"cards/{card}",
        f"cards/{card}",
        shows=[{"id": card, **PUBLIC}, {"id": card, **REACHABLE}],
        is_record=True,
    )


def _one_card_as_moderator(people: People, chance: Random) -> Interest:
    card = chance.choice(chance.choice(people["members"])["cards"])
    token = people["moderator"]["token"]
    address = f"cards/{card}"
    shows = [{"id": card}]
    return Interest(
        "", "one card as moderator", address, address, token, shows=shows, is_record=True
    )


def _posts(_people: People, _chance: Random) -> Interest:
    return Interest("", "posts", "posts", "posts", shows=[{"is_hidden": False}])


def _posts_as_moderator(people: People, _chance: Random) -> Interest:
    token = people["moderator"]["token"]
    return Interest("", "posts as moderator", "posts", "posts", token, shows=[{}])


def _collections(_people: People, _chance: Random) -> Interest:
    shows = [{"visibility": "public"}]
    return Interest("", "collections", "collections", "collections", shows=shows)


def _collections_as_collaborator(people: People, chance: Random) -> Interest:
    """Return a member's: they have a private binder, and are let into that of the one before."""
    number = chance.randrange(len(people["members"]))
    member, friend = people["members"][number], people["members"][number - 1]
    shows: list[JsonObject] = [{"visibility": "public"}]
    shows += [{"owner": member["id"]}, {"owner": friend["id"]}]
    return Interest(
        "",
        "collections as collaborator",
        "collections",
        "collections",
        member["token"],
        shows=shows,
    )


KINDS: tuple[Callable[[People, Random], Interest], ...] = (
    _public_cards,
    _cards_of_a_rarity,
    _own_cards,
    _cards_as_a_member,
    _own_private_cards,
    _one_card,
    _cards_of_somebody,
    _own_drafts,
    _cards_of_a_rarity,
    _posts,
    _one_card_as_moderator,
    _collections,
    _posts_as_moderator,
    _collections_as_collaborator,
)
