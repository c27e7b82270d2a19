"""Migrations that replace others lead an older site to the same tables as a new one."""

from __future__ import annotations

from functools import partial

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from backups.backing_up import applied_migrations
from config.migrating import is_migrated, migrate
from resources.connections import waiting_migrations

EVERY = 7
"""Which of the stations of the history are tried, as each of them takes a moment."""


def history() -> list[tuple[str, str]]:
    """Return all migrations but those that replace others, in an order that they may have."""
    loader = MigrationLoader(None, replace_migrations=False)
    plan = (node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf))
    return [node for node in dict.fromkeys(plan) if node not in loader.replacements]


def test_an_operator_gets_to_the_same_tables_from_anywhere_in_the_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stations, tables = history(), MigrationLoader(None).project_state().models
    for done in range(0, len(stations) + 1, EVERY):
        applied = stations[:done]
        recorded = partial(dict.fromkeys, applied)  # takes no recorder, as it is no function
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", staticmethod(recorded))
        MigrationLoader(connection).check_consistent_history(connection)
        state = MigrationLoader(None, replace_migrations=False).project_state(applied)
        for migration in waiting_migrations():
            state = migration.mutate_state(state, preserve=False)
        assert state.models == tables, f"after {applied[-1:]}"


@pytest.mark.django_db
def test_an_operator_whose_site_has_the_replaced_migrations_needs_none() -> None:
    before, recorded = applied_migrations(), MigrationRecorder(connection).migration_qs
    for app, name in MigrationLoader(None).replacements:
        assert recorded.filter(app=app, name=name).delete()[0] == 1
    assert waiting_migrations() == []
    assert applied_migrations() == before


@pytest.fixture
def permissions(db: None) -> None:
    """Make up for models that other tests have declared, which nobody has migrated."""
    for app in apps.get_app_configs():
        create_permissions(app, verbosity=0)


@pytest.mark.usefixtures("permissions")
def test_a_start_finds_a_site_of_this_release_migrated() -> None:
    assert is_migrated()


@pytest.mark.usefixtures("permissions")
def test_a_start_misses_any_migration_that_has_not_run() -> None:
    recorded = MigrationRecorder(connection).migration_qs
    for app, name in MigrationLoader(None).disk_migrations:
        row = recorded.get(app=app, name=name)
        row.delete()
        assert not is_migrated(), f"without {app}.{name}"
        row.save(force_insert=True)


@pytest.mark.usefixtures("permissions")
def test_a_start_makes_up_for_one_that_was_killed_before_the_permissions() -> None:
    Permission.objects.filter(content_type__app_label="cards").delete()
    assert not is_migrated()
    migrate()
    assert Permission.objects.filter(codename="change_card").exists()
    assert is_migrated()
