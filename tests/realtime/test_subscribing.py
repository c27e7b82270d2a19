"""Subscriptions over a WebSocket: what is heard, by whom, and from where on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from resources import changes, feed
from resources.actors import SYSTEM
from resources.visibility.audiences import events_for
from tests.realtime.conftest import connected, signed_in

if TYPE_CHECKING:
    import pytest

    from resources.json_text import JsonObject
    from resources.visibility.audiences import Audience, HeardBySubscriber
    from resources.visibility.change_batch import ChangeBatch
    from resources.visibility.queries import SubscriberId
    from tests.personas import Persona


async def creates(persona: Persona, **values: object) -> Any:
    return await sync_to_async(persona.creates)("cards", **values)


async def edits(persona: Persona, card: JsonObject, **values: object) -> None:
    await sync_to_async(persona.api.patch)(f"cards/{card['id']}", values)


def test_everyone_hears_of_a_public_card_and_its_creator_of_a_draft(
    dana: Persona, eve: Persona
) -> None:
    async def go() -> None:
        mine, others = await signed_in(dana), await connected()
        assert (await mine.subscribe("cards"))["type"] == "subscribed"
        begun = await others.subscribe("cards")
        draft = await creates(dana, title="Draft")
        public = await creates(eve, title="Dragon", status="published")
        assert await mine.events(2) == [("create", draft["id"]), ("create", public["id"])]
        frame = await others.receive()
        assert (frame["action"], frame["id"], frame["ref"]) == ("create", public["id"], "1")
        assert frame["record"]["title"] == "Dragon"
        assert int(frame["cursor"]) > int(begun["cursor"])
        assert await others.is_quiet()
        await mine.close()
        await others.close()

    asyncio.run(go())


def test_a_row_enters_and_leaves_a_filter(dana: Persona) -> None:
    async def go() -> None:
        live = await connected()
        card = await creates(dana, title="Dragon", rarity="rare", status="published")
        await live.subscribe("cards", filter='rarity="epic"', fields="id,rarity")
        await edits(dana, card, rarity="epic")
        frame = await live.receive()
        assert (frame["action"], frame["record"]) == ("enter", {"id": card["id"], "rarity": "epic"})
        await edits(dana, card, rarity="common")
        assert await live.events(1) == [("leave", card["id"])]
        await live.close()

    asyncio.run(go())


def test_one_record_and_the_records_of_an_owner_are_topics(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        card = await creates(dana, title="One", status="published")
        live = await connected()
        await live.subscribe(f"cards/{card['id']}", "record", expand="creator")
        await live.subscribe(f"users/{eve.id}/cards", "owner")
        await creates(dana, title="Another", status="published")
        hers = await creates(eve, title="Hers", status="published")
        await edits(dana, card, title="Changed")
        first, second = await live.receive(), await live.receive()
        assert (first["ref"], first["id"]) == ("owner", hers["id"])
        assert (second["ref"], second["record"]["expand"]["creator"]["id"]) == ("record", dana.id)
        assert await live.is_quiet()
        await live.close()

    asyncio.run(go())


async def is_away_while(dana: Persona, missed_cards: int) -> None:
    """Miss so many cards, and hear of them and of what comes then."""
    live = await connected()
    cursor = (await live.subscribe("cards"))["cursor"]
    await live.close()
    missed = [await creates(dana, title=str(n), status="published") for n in range(missed_cards)]
    live = await connected()
    await live.send({"type": "subscribe", "ref": "1", "topic": "cards", "since": cursor})
    assert await live.events(missed_cards) == [("create", card["id"]) for card in missed]
    assert (await live.receive())["type"] == "subscribed"
    new = await creates(dana, title="New", status="published")
    assert await live.events(1) == [("create", new["id"])]
    assert await live.is_quiet()
    await live.close()


def test_a_client_that_was_away_hears_what_it_missed_and_then_what_comes(dana: Persona) -> None:
    asyncio.run(is_away_while(dana, 3))


def test_after_unsubscribing_nothing_is_heard(dana: Persona) -> None:
    async def go() -> None:
        live = await connected()
        await live.subscribe("cards")
        await live.send({"type": "unsubscribe", "ref": "1"})
        assert (await live.receive())["type"] == "unsubscribed"
        await creates(dana, title="x", status="published")
        assert await live.is_quiet()
        await live.send({"type": "unsubscribe", "ref": "1"})
        assert (await live.receive())["code"] == "unknown_subscription"
        await live.close()

    asyncio.run(go())


def test_what_cannot_be_listened_to_is_an_error_that_says_why(dana: Persona) -> None:
    async def go() -> None:
        live = await connected()
        for asked, code in (
            ({"topic": "nothing"}, "unknown_topic"),
            ({"topic": "cards/nothing"}, "unknown_topic"),
            ({"topic": "card-likes"}, "not_signed_in"),
            ({"topic": "cards", "filter": "titel=1"}, "bad_parameter"),
            ({"topic": "cards", "filter": "title="}, "bad_parameter"),
            ({"topic": "cards", "filter": 'like_count="many"'}, "bad_parameter"),
            ({"topic": "cards", "expand": "nobody"}, "bad_parameter"),
        ):
            frame = await live.subscribe(**asked)
            assert (frame["type"], frame["ref"], frame["code"]) == ("error", "1", code), asked
        await live.close()

    asyncio.run(go())


def test_a_member_who_becomes_a_moderator_hears_as_one(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        live = await signed_in(dana)
        await live.subscribe("posts")
        await sync_to_async(makes_operator)(dana)
        reset, subscribed = await live.receive(), await live.receive()
        assert (reset["type"], subscribed["type"]) == ("reset", "subscribed")
        await live.close()

    asyncio.run(go())


def makes_operator(persona: Persona) -> None:
    assert persona.user is not None
    changes.update(persona.user, by=SYSTEM, is_superuser=True)


def test_an_audience_that_cannot_be_asked_is_told_and_harms_no_other(
    dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    def events_unless_expanded(
        audience: Audience, subscribers: tuple[SubscriberId, ...], batch: ChangeBatch
    ) -> HeardBySubscriber:
        if audience.query.selection.expand:
            raise RuntimeError("broken")
        return events_for(audience, subscribers, batch)

    monkeypatch.setattr("realtime.hub.events_for", events_unless_expanded)

    async def go() -> None:
        live, broken = await connected(), await connected()
        await live.subscribe("cards")
        await broken.subscribe("cards", expand="creator")
        card = await creates(dana, title="Dragon", status="published")
        assert await live.events(1) == [("create", card["id"])]
        assert (await broken.receive())["type"] == "reset"
        await live.close()
        await broken.close()

    asyncio.run(go())


def test_who_subscribes_while_the_log_cannot_be_read_is_taken_in_later(
    dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([RuntimeError("away"), RuntimeError("still away")])
    earliest = feed.earliest

    def sometimes() -> int:
        failure = next(failures, None)
        if failure:
            raise failure
        return earliest()

    monkeypatch.setattr(feed, "earliest", sometimes)

    async def go() -> None:
        live = await connected()
        assert (await live.subscribe("cards"))["type"] == "subscribed"
        card = await creates(dana, title="Dragon", status="published")
        assert await live.events(1) == [("create", card["id"])]
        await live.close()

    asyncio.run(go())


def test_who_has_missed_much_comes_closer_first(
    dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.PAGE", 3)
    asyncio.run(is_away_while(dana, 10))
