"""Creations that share a commit on PostgreSQL: each is told how it went itself."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import orjson
import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction

from cards.models import Card
from cards.resources import CardResource
from resources import changes, context, registry
from resources.actors import Actor
from resources.connections import databases
from resources.http.exchange import Exchange
from resources.http.request import Request
from resources.models import Change, SearchEntry
from server.pipelined_writer import CollectedWrite, PipelinedWriter, write_group
from tests.personas import new_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.answers import HttpAnswer

pytestmark = [pytest.mark.dialect, pytest.mark.servers]


@pytest.fixture
def dana(transactional_db: None) -> UUID:
    user = new_member("dana").user
    assert user
    return UUID(str(user.pk))


def creation(creator: UUID, sent: object, path: str = "cards", **more: Any) -> Exchange:
    resource = registry.named(path)
    assert resource
    exchange = Exchange(Request(resource, "POST", f"/api/v1/{path}", parsed=sent, **more))
    exchange.actor = Actor(id=creator)
    return exchange


def grouped(*exchanges: Exchange) -> list[CollectedWrite]:
    nobody = cast("asyncio.Future[HttpAnswer]", None)
    group = [CollectedWrite(each, copy_context(), nobody) for each in exchanges]
    write_group(group)
    return group


def statuses(group: list[CollectedWrite]) -> list[int]:
    return [job.answer.status if job.answer else 0 for job in group]


def kept() -> set[str]:
    """Name the cards that there are; the log and the search know the same."""
    titles = set(Card.objects.values_list("title", flat=True))
    logged = Change.objects.filter(resource="cards")
    assert sorted(change.after["title"] for change in logged) == sorted(titles)
    assert SearchEntry.objects.filter(resource="cards").count() == len(titles)
    return titles


@pytest.fixture
def warm(dana: UUID) -> None:
    """Have the thread know what every write asks for, and how a card is shown."""
    for _time in range(2):
        grouped(creation(dana, {"title": "Warm"}))
    for card in Card.objects.all():
        changes.delete(card, by=Actor(id=dana))
    Change.objects.filter(resource="cards").delete()


@pytest.mark.usefixtures("warm")
def test_creations_share_a_commit_and_are_answered_as_if_alone(dana: UUID) -> None:
    group = grouped(*(creation(dana, {"title": title}) for title in ("Dragon", "Moth", "Fox")))
    assert statuses(group) == [201, 201, 201]
    assert all(job.is_collected for job in group)
    assert kept() == {"Dragon", "Moth", "Fox"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(DISTINCT xmin::text) FROM cards_card")
        assert cursor.fetchone() == (1,)
    alone = creation(dana, {"title": "Alone"}, idempotency_key="k")
    (single,) = grouped(alone)
    assert single.answer
    for job in group:
        assert job.answer
        assert job.answer.headers.keys() == single.answer.headers.keys()
        shown, other = orjson.loads(job.answer.body), orjson.loads(single.answer.body)
        differing = {name for name in shown if shown[name] != other[name]}
        assert differing == {"id", "title", "created_at", "updated_at"}
        assert job.answer.headers["Location"] == f"/api/v1/cards/{shown['id']}"


@pytest.mark.usefixtures("warm")
def test_what_is_wrong_is_refused_and_takes_nothing_along(dana: UUID) -> None:
    group = grouped(
        creation(dana, {"title": "Dragon"}),
        creation(dana, {"title": ""}),
        creation(dana, {"title": "x", "nothing": 1}),
        creation(uuid4(), {"title": "Orphan"}),
        creation(dana, {"title": "Moth"}),
    )
    assert statuses(group) == [201, 400, 400, 400, 201]
    assert kept() == {"Dragon", "Moth"}


@pytest.mark.usefixtures("warm")
def test_what_needs_an_answer_first_is_written_alone(dana: UUID) -> None:
    group = grouped(
        creation(dana, {"title": "Dragon"}),
        creation(dana, {"title": "Moth"}, idempotency_key="k"),
        creation(dana, {"title": "Seen", "status": "published"}),
        creation(dana, {"title": "Fox"}),
    )
    assert statuses(group) == [201, 201, 201, 201]
    assert [job.is_collected for job in group] == [True, False, False, True]
    assert kept() == {"Dragon", "Moth", "Seen", "Fox"}


@pytest.mark.usefixtures("warm")
def test_a_creation_that_takes_a_part_back_goes_on(
    dana: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create_at_second_try(*, by: Actor, **values: object) -> Card:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            fail_after_creating(by, values)
        return changes.create(Card, by=by, **values)

    def fail_after_creating(by: Actor, values: dict[str, Any]) -> None:
        changes.create(Card, by=by, **values)
        raise ZeroDivisionError

    monkeypatch.setattr(CardResource, "creates", create_at_second_try)
    group = grouped(creation(dana, {"title": "Dragon"}), creation(dana, {"title": "Moth"}))
    assert statuses(group) == [201, 201]
    assert all(job.is_collected for job in group)
    assert kept() == {"Dragon", "Moth"}


@pytest.mark.usefixtures("warm")
def test_a_crash_is_the_answer_to_nobody_else(dana: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash_for_some(*, by: Actor, **values: Any) -> Card:
        card = changes.create(Card, by=by, **values)
        if values["title"] == "Crash":
            raise RuntimeError("crashed on purpose")
        return card

    monkeypatch.setattr(CardResource, "creates", crash_for_some)
    titles = ("Dragon", "Crash", "Moth")
    group = grouped(*(creation(dana, {"title": title}) for title in titles))
    assert statuses(group) == [201, 500, 201]
    assert kept() == {"Dragon", "Moth"}


@pytest.mark.usefixtures("warm")
def test_each_change_names_its_own_request(dana: UUID) -> None:
    exchanges = [creation(dana, {"title": title}) for title in ("Dragon", "Moth")]
    nobody = cast("asyncio.Future[HttpAnswer]", None)
    group = []
    for number, exchange in enumerate(exchanges):
        own = copy_context()
        own.run(context.begin, f"request-{number}")
        group.append(CollectedWrite(exchange, own, nobody))
    write_group(group)
    named = Change.objects.filter(resource="cards").values_list("after__title", "request_id")
    assert dict(named) == {"Dragon": "request-0", "Moth": "request-1"}


@pytest.mark.usefixtures("warm")
def test_a_write_that_is_tried_again_counts_once(dana: UUID, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "write": "100/hour"}
    exchanges = [
        creation(dana, {"title": "Dragon"}),
        creation(dana, {"title": "Seen", "status": "published"}),
        creation(dana, {"title": "Moth"}),
    ]
    assert statuses(grouped(*exchanges)) == [201, 201, 201]
    remaining = [each.limits["RateLimit-Remaining"] for each in exchanges if each.limits]
    assert remaining == ["99", "98", "97"]


@pytest.mark.usefixtures("warm")
def test_nothing_is_written_again_when_the_server_goes_away_during_the_commit(
    dana: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = cast("Any", databases[DEFAULT_DB_ALIAS])
    run = database._run

    def go_away(*statements: Any) -> None:
        run(*statements)
        raise OperationalError("the connection is lost")

    exchanges = [creation(dana, {"title": title}) for title in ("Dragon", "Moth")]
    with monkeypatch.context() as patch:
        patch.setattr(database, "_run", go_away)
        group = grouped(*exchanges)
    assert [status >= 500 for status in statuses(group)] == [True, True]
    assert kept() == {"Dragon", "Moth"}


def test_the_writer_answers_every_creation_and_every_other_write(dana: UUID) -> None:
    card = changes.create(Card, by=Actor(id=dana), creator_id=dana, title="Old")
    change = Request(
        creation(dana, {}).request.resource,
        "PATCH",
        f"/api/v1/cards/{card.pk}",
        str(card.pk),
        parsed={"title": "New"},
    )

    async def run() -> list[HttpAnswer]:
        writer = PipelinedWriter(2)
        update = Exchange(change)
        update.actor = Actor(id=dana)
        created = [creation(dana, {"title": f"Card {number}"}) for number in range(40)]
        asked = [asyncio.ensure_future(writer.write(each)) for each in (*created, update)]
        return await asyncio.wait_for(asyncio.gather(*asked), 30)

    answers = asyncio.run(run())
    assert [answer.status for answer in answers] == [*[201] * 40, 200]
    assert kept_titles() == {"New", *(f"Card {number}" for number in range(40))}


def kept_titles() -> set[str]:
    return set(Card.objects.values_list("title", flat=True))
