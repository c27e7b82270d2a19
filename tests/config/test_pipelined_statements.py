"""PostgreSQL gets the statements of a write together: what they come to is as if one by one."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4
from weakref import ref

import psycopg
import pytest
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    DataError,
    IntegrityError,
    NotSupportedError,
    connection,
    transaction,
)
from django.db.transaction import TransactionManagementError

from cards.models import Card
from cards.resources import CardResource
from resources import changes
from resources.actors import ANONYMOUS, SYSTEM
from resources.connections import databases
from resources.http.search_query import read_search
from resources.models import Change, SearchEntry
from resources.row_sql import exists
from server.postgresql import pipeline
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.actors import Actor
    from server.postgresql.pipeline import Statement
    from tests.personas import Persona
    from users.models import User

pytestmark = pytest.mark.dialect
TAKEN = uuid4()


@pytest.fixture
def alice_live(transactional_db: None) -> Persona:
    return new_member("alice")


@pytest.fixture
def dana(alice_live: Persona) -> User:
    return cast("User", alice_live.user)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Note the statements of each round trip by their first words."""
    noted: list[list[str]] = []
    run = pipeline.run

    def note(line: Any, statements: Sequence[Statement]) -> None:
        noted.append([" ".join(each.sql.split()[:3]) for each in statements])
        run(line, statements)

    monkeypatch.setattr(pipeline, "run", note)
    return noted


@transaction.atomic
def create_and_fail(creator: User) -> None:
    changes.create(Card, by=SYSTEM, creator=creator, title="Never sent")
    raise ZeroDivisionError


@pytest.mark.servers
def test_a_create_is_one_round_trip(alice_live: Persona, trips: list[list[str]]) -> None:
    alice_live.creates("cards", title="Dragon")
    trips.clear()
    alice_live.creates("cards", title="Moth")
    assert [trip for trip in trips if trip[0] == "BEGIN"] == [
        [
            "BEGIN",
            'INSERT INTO "cards_card"',
            'INSERT INTO "resources_change"',
            "INSERT INTO resources_searchentry",
            trips[-1][4],
            "COMMIT",
        ]
    ]
    assert trips[-1][4].startswith("SELECT (JSON_BUILD_OBJECT('id',")


@pytest.mark.servers
def test_a_search_of_several_resources_is_one_round_trip(
    alice_live: Persona, trips: list[list[str]]
) -> None:
    alice_live.creates("cards", title="Dragon", status="published")
    alice_live.creates("posts", text="A dragon is a moth with scales")
    search = read_search(ANONYMOUS, {"q": ["dragon"]}, ("cards", "posts", "users"))
    one_by_one = search.answer(ANONYMOUS)
    trips.clear()
    assert search.answer(ANONYMOUS) == one_by_one
    assert [len(trip) for trip in trips] == [3]


def test_what_is_deferred_is_there_for_the_next_statement(dana: User) -> None:
    with transaction.atomic():
        card = changes.create(Card, by=SYSTEM, creator=dana, title="Dragon")
        assert exists(Card, id=card.pk)
        changes.update(card, by=SYSTEM, title="Moth")
        assert Card.objects.get().title == "Moth"
    assert [change.action for change in Change.objects.filter(record_id=card.pk)] == [
        "create",
        "update",
    ]
    assert SearchEntry.objects.filter(record_id=card.pk).count() == 1


def test_a_change_has_its_id_once_it_is_committed(dana: User) -> None:
    with changes.recorded() as written:
        card = changes.create(Card, by=SYSTEM, creator=dana, title="Dragon")
    ((_row, change),) = written
    assert change.pk == Change.objects.get(record_id=card.pk).pk


def test_a_broken_rule_is_told_by_the_end_of_its_savepoint(dana: User) -> None:
    with transaction.atomic():
        kept = changes.create(Card, by=SYSTEM, creator=dana, title="Dragon")
        with pytest.raises(IntegrityError), transaction.atomic():
            changes.create(Card, by=SYSTEM, creator=dana, title="Moth", id=kept.pk)
        with pytest.raises(ZeroDivisionError):
            create_and_fail(dana)
        changes.create(Card, by=SYSTEM, creator=dana, title="Fox")
    assert set(Card.objects.values_list("title", flat=True)) == {"Dragon", "Fox"}


def test_a_broken_rule_is_told_by_the_commit_and_nothing_is_written(dana: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        changes.create_many(
            [Card(creator=dana, title="Dragon"), Card(creator_id=uuid4(), title="Orphan")],
            by=SYSTEM,
        )
    assert not Card.objects.exists()
    assert not Change.objects.filter(resource="cards").exists()


def test_a_transaction_that_fails_sends_nothing_of_what_was_deferred(dana: User) -> None:
    with pytest.raises(ZeroDivisionError):
        create_and_fail(dana)
    changes.create(Card, by=SYSTEM, creator=dana, title="Moth")
    assert Card.objects.get().title == "Moth"


def test_nothing_is_deferred_in_a_transaction_that_is_broken(dana: User) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic(savepoint=False):
            raise ZeroDivisionError
        with pytest.raises(TransactionManagementError):
            exists(Card, id=TAKEN)


def test_a_batch_names_the_write_that_broke_a_rule(
    alice_live: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create_again(*, by: Actor, **values: object) -> Card:
        return changes.create(Card, by=by, **{**values, "id": TAKEN})

    monkeypatch.setattr(CardResource, "creates", create_again)
    card = {"method": "POST", "path": "cards", "body": {"title": "Dragon"}}
    answer = alice_live.api.post("batch", {"requests": [card, card, card]})
    assert answer.status_code in (400, 409)
    assert answer.json()["errors"][0]["field"].startswith("requests.1")
    assert not Card.objects.exists()


def test_a_document_that_changes_later_is_written_as_it_was(dana: User) -> None:
    effects = {"preset": "holo"}
    with transaction.atomic():
        changes.create(Card, by=SYSTEM, creator=dana, title="Dragon", effects=effects)
        effects["preset"] = "none"
    assert Card.objects.get().effects == {"preset": "holo"}


@pytest.mark.servers
def test_a_statement_that_no_server_would_take_leaves_the_connection_as_it_is(dana: User) -> None:
    changes.create(Card, by=SYSTEM, creator=dana, title="Dragon")
    before = connection.connection
    with pytest.raises((DataError, ValueError)):
        databases[DEFAULT_DB_ALIAS].rows("SELECT %s", ["\x00"])
    assert databases[DEFAULT_DB_ALIAS].rows("SELECT %s || '%%'", ["50"]) == [("50%",)]
    assert connection.connection is before


@pytest.mark.servers
def test_statements_that_the_server_has_forgotten_are_prepared_again(dana: User) -> None:
    database = databases[DEFAULT_DB_ALIAS]
    for _time in range(3):
        assert not exists(Card, id=uuid4())
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(DatabaseError):
        exists(Card, id=uuid4())
    for _time in range(3):
        assert not exists(Card, id=uuid4())
    assert database.rows("SELECT 1", ()) == [(1,)]


@pytest.mark.servers
def test_no_connection_keeps_more_statements_than_it_may(dana: User) -> None:
    database = databases[DEFAULT_DB_ALIAS]
    for number in range(pipeline.MOST_STATEMENTS + 20):
        for _time in range(2):
            assert database.rows(f"SELECT %s + {number}", [1]) == [(1 + number,)]
    ((kept,),) = database.rows("SELECT COUNT(*) FROM pg_prepared_statements", ())
    assert kept <= pipeline.MOST_STATEMENTS + 1


@pytest.mark.servers
def test_statements_that_are_sent_once_push_out_none_that_is_prepared(dana: User) -> None:
    database = databases[DEFAULT_DB_ALIAS]
    for _time in range(2):
        database.rows("SELECT %s + 1000", [1])
    for number in range(pipeline.MOST_STATEMENTS + 20):
        database.rows(f"SELECT %s - {number}", [1])
    ((kept,),) = database.rows(
        "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1 + 1000'", ()
    )
    assert kept == 1


@pytest.mark.servers
def test_a_statement_whose_columns_have_changed_is_prepared_again(dana: User) -> None:
    database = databases[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE shifting AS SELECT 1 AS number")
    sql = "SELECT * FROM shifting WHERE number < %s"
    for _time in range(3):
        assert database.rows(sql, [2]) == [(1,)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shifting ADD COLUMN more text DEFAULT 'more'")
    with pytest.raises(NotSupportedError):
        database.rows(sql, [2])
    for _time in range(3):
        assert database.rows(sql, [2]) == [(1, "more")]
    ((kept,),) = database.rows(
        "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '%%shifting%%'", ()
    )
    assert kept == 1


@pytest.mark.servers
def test_a_statement_that_fails_whenever_it_is_prepared_leaves_nothing_behind(dana: User) -> None:
    card = changes.create(Card, by=SYSTEM, creator=dana, title="Dragon")
    for _time in range(6):
        with pytest.raises(IntegrityError):
            databases[DEFAULT_DB_ALIAS].rows(
                "UPDATE cards_card SET title = NULL WHERE id = %s", [card.pk]
            )
    ((kept,),) = databases[DEFAULT_DB_ALIAS].rows(
        "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE 'UPDATE cards_card%%'", ()
    )
    assert kept == 1


@pytest.mark.servers
def test_nothing_keeps_a_connection_alive_that_is_gone(dana: User) -> None:
    del dana
    line = psycopg.connect(**connection.get_connection_params())
    pipeline.run(line, [pipeline.Statement("SELECT %s + 1", [1])])
    line.close()
    gone = ref(line)
    del line
    gc.collect()
    assert gone() is None
