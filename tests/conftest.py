"""Fixtures that every test can ask for: the personas, a client for each, and the log's promise."""

from __future__ import annotations

import functools
import os
from collections import defaultdict
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase, override_settings
from django.utils import translation

from cards.services.counting import pending
from realtime.audience_queue import compiler
from realtime.hub import LATE, PROMPT
from realtime.listener import access
from resources import changes, registry, sealing
from resources.execution.epochs import epochs
from resources.http import futile_queries
from resources.http.throttles import forget_full_windows
from resources.models import Action, Change
from resources.relation_lists import list_fields
from tests.backends import backends_refused, needs_backends
from tests.client import Api
from tests.migrated import TEMPLATE_VARIABLE, begin_migrated
from tests.personas import Persona, new_member
from users.models import SigningKey
from users.services.signing import create_signing_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from pytest_django import DjangoDbBlocker

    from resources.declaration import Resource
    from resources.models import Record


SERVED_DATABASE = connection.settings_dict["NAME"]
FILLED = "which_tables_have_rows()"
planned: set[tuple[str, ...]] = set()
"""The tables that `FILLED` tells of, where it is."""


class Told(NamedTuple):
    """What a change says of a row."""

    resource: str
    record_id: UUID
    action: str
    after: Mapping[str, object]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Have the test database begin as a copy of a migrated one."""
    begin_migrated(connection.settings_dict)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Keep the copies whose folder or server goes with the run."""
    return connection.vendor == "sqlite" or TEMPLATE_VARIABLE in os.environ


@pytest.fixture(scope="session", autouse=True)
def threads_let_go(django_db_setup: None) -> Iterator[None]:
    """Close the connections of the threads that listeners share, before the databases go."""
    yield
    own = (access, compiler, PROMPT.reader, LATE.reader)
    for threads in (*own, SyncToAsync.single_thread_executor):
        threads.submit(let_go).result()


def let_go() -> None:
    """Close the connection of the thread that runs this."""
    connection.close()


@pytest.fixture(scope="session", autouse=True)
def quickly_emptied(django_db_setup: None) -> Iterator[None]:
    """After tests that commit, empty what they have filled instead of flushing everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())
        yield


@pytest.fixture(scope="session", autouse=True)
def one_signing_key(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Have the database hold the key that all tests sign with: making and reading it costs time.

    Whoever brings in another key has it forgotten afterwards. Where no test asks for the database
    there is none of the tests'.
    """
    if connection.settings_dict["NAME"] == SERVED_DATABASE:
        return
    with django_db_blocker.unblock():
        SigningKey.objects.all().delete()  # one of an earlier run was sealed under another key
        create_signing_key()
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def planned_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Have PostgreSQL plan what the check of the log asks once for a connection.

    To plan a query of so many tables takes ten times as long as to answer it. A prepared statement
    would be in the way of tests that count them.
    """
    if connection.vendor != "postgresql" or connection.settings_dict["NAME"] == SERVED_DATABASE:
        return
    tables = checked_tables()
    body = f"$$BEGIN RETURN ARRAY[{whether_filled(tables)}]; END$$"
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FILLED} RETURNS boolean[] LANGUAGE plpgsql AS {body}"
            )
        connection.close()
    planned.add(tables)


def empty_tables() -> None:
    """Delete all rows but those that tests only read, which a flush would have to make anew."""
    tables = set(connection.introspection.django_table_names(only_existing=True)) - {
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
        "users_signingkey",
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for table in filled_tables(tuple(sorted(tables))):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own name


@pytest.fixture(scope="session", autouse=True)
def quick_settings(django_test_environment: None) -> Iterator[None]:
    """Hash passwords quickly and limit nothing, set once: each change of a setting costs time."""
    unlimited = MappingProxyType(dict.fromkeys(settings.THROTTLE_RATES, "off"))
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        THROTTLE_RATES=unlimited,
        COUNTS_WRITTEN_SECONDS=3600,
    ):
        yield


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests apart: empty caches, English."""
    del tmp_path_factory
    pending.take()
    cache.clear()
    forget_full_windows()
    futile_queries.forget()
    sealing.forget_keys()
    epochs.invalidate_all()
    # A request in another language leaves it to the thread that answered it.
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def patient_readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give what `/readyz` asks as long as it takes: a busy machine is not a broken part."""
    monkeypatch.setattr("config.readiness.DEADLINE", 60)


@pytest.fixture(autouse=True)
def backends_only_where_needed(request: pytest.FixtureRequest, alone: None) -> Iterator[None]:
    """Keep tests that run on one kind of backends only from using any."""
    if needs_backends(request.node):
        yield
    else:
        with backends_refused():
            yield


@pytest.fixture(autouse=True)
def the_log_tells_the_state(request: pytest.FixtureRequest) -> Iterator[None]:
    """Prove after every test that old state + changes = fresh state, for every resource.

    This is also how a write that goes round the door is found: it leaves a row that the log can't
    explain. Tests marked `unlogged` fill tables without the door, for volume.
    """
    database = {"db", "transactional_db"} & set(request.fixturenames)
    for name in database:
        # Asked for here, the database outlives this fixture.
        request.getfixturevalue(name)
    yield
    if database and "unlogged" not in request.keywords:
        expects_the_log_to_tell_the_state()


def expects_the_log_to_tell_the_state() -> None:
    resources = list(registry.all_resources())
    filled = filled_tables(checked_tables())
    log: dict[str, list[Told]] = defaultdict(list)
    if Change._meta.db_table in filled:
        for change in map(Told._make, Change.objects.order_by("id").values_list(*Told._fields)):
            log[change.resource].append(change)
    for resource in resources:
        if resource.name not in log and filled.isdisjoint(tables_of(resource)):
            continue  # it has no rows, and none were told of
        rows = resource.model._default_manager.all()
        stored = {row.pk: changes.logged_values(row) for row in rows}
        told = rows_left_by(log[resource.name])
        assert told == stored, f"{resource} was written round the door"
        expects_lists_to_be_indexed(resource.record_model, stored)


def checked_tables() -> tuple[str, ...]:
    """Return the table of the log, and those of every resource."""
    of_resources = chain.from_iterable(map(tables_of, registry.all_resources()))
    return (Change._meta.db_table, *of_resources)


def tables_of(resource: Resource) -> list[str]:
    """Return the table of a resource, and those that index its lists."""
    lists = [field.index_model for field in list_fields(resource.record_model)]
    return [model._meta.db_table for model in (resource.model, *lists)]


def rows_left_by(log: Iterable[Told]) -> dict[UUID, dict[str, object]]:
    """Fold changes of one resource, in order, into the rows they leave behind."""
    rows: dict[UUID, dict[str, object]] = {}
    for change in log:
        if change.action == Action.DELETE:
            rows.pop(change.record_id, None)
        else:
            rows.setdefault(change.record_id, {}).update(change.after)
    return rows


def expects_lists_to_be_indexed(
    model: type[Record], stored: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """Prove that the index of each list of files says what the list says."""
    for field in list_fields(model):
        record, listed = field.record_relation.attname, field.listed_relation.attname
        entries = field.index_model._default_manager.values_list(record, "position", listed)
        told = {(key, place, str(file)) for key, place, file in entries}
        assert told == {
            (key, place, file)
            for key, values in stored.items()
            for place, file in enumerate(values[field.name])
        }


def filled_tables(tables: tuple[str, ...]) -> set[str]:
    """Return those of some tables that have rows, asked for at once."""
    with connection.cursor() as cursor:
        if tables in planned:
            cursor.execute(f"SELECT {FILLED}")
            (found,) = cursor.fetchone()
        else:
            cursor.execute(f"SELECT {whether_filled(tables)}")
            found = cursor.fetchone()
    return {table for table, is_filled in zip(tables, found, strict=True) if is_filled}


@functools.cache
def whether_filled(tables: tuple[str, ...]) -> str:
    """Return whether each table has rows, in SQL."""
    quoted = map(connection.ops.quote_name, tables)
    return ", ".join(f"EXISTS(SELECT 1 FROM {table})" for table in quoted)  # noqa: S608 - our own names


@pytest.fixture
def anonymous() -> Persona:
    return Persona(None, Api())


@pytest.fixture
def alice(db: None) -> Persona:
    return new_member("alice")


@pytest.fixture
def bob(db: None) -> Persona:
    return new_member("bob")


@pytest.fixture
def carol(db: None) -> Persona:
    return new_member("carol")


@pytest.fixture
def moderator(db: None) -> Persona:
    return new_member("moderator", roles=["moderator"])


@pytest.fixture
def admin(db: None) -> Persona:
    return new_member("admin", roles=["admin", "moderator"])
