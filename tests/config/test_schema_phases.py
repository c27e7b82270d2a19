"""A release whose schema the one before can't bear is found out before it ships."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now

from config import schema_phases
from config.schema_phases import breaking_changes, problems_of, released_leaves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.migrations.operations.base import Operation

RELEASED = ProjectState()
RELEASED.add_model(
    ModelState(
        "cards",
        "Card",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("title", models.CharField(max_length=100)),
            ("note", models.TextField(null=True)),
        ],
    )
)


def found(*operations: Operation, needs_stop: str = "") -> Sequence[str]:
    migration: Any = migrations.Migration("0002_next", "cards")
    migration.operations, migration.needs_stop = list(operations), needs_stop
    return [problem for _migration, problem in problems_of(migration, RELEASED)]


def apart(*operations: Operation) -> Operation:
    return migrations.SeparateDatabaseAndState(database_operations=list(operations))


UNIQUE = models.UniqueConstraint(fields=["title"], name="one_title")
ADD, ALTER = migrations.AddField, migrations.AlterField


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("card", "note"),
        apart(migrations.RemoveField("card", "note")),
        migrations.RenameField("card", "note", "remark"),
        migrations.DeleteModel("Card"),
        migrations.RenameModel("Card", "Picture"),
        migrations.AlterModelTable("Card", "pictures"),
        ADD("card", "price", models.IntegerField(default=0)),
        ALTER("card", "note", models.TextField()),
        ALTER("card", "title", models.IntegerField()),
        ALTER("card", "title", models.CharField(max_length=50)),
        migrations.AddConstraint("card", UNIQUE),
        migrations.RunSQL("DROP TABLE cards_card"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_the_last_release_uses_may_not_go_change_or_become_mandatory(
    operation: Operation,
) -> None:
    (problem,) = found(operation)
    assert ": " in problem
    assert found(operation, needs_stop="The table is split.") == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Binder", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RemoveField("binder", "note"),
        ADD("binder", "price", models.IntegerField(default=0)),
        ADD("card", "price", models.IntegerField(null=True)),
        ADD("card", "price", models.IntegerField(db_default=0)),
        ADD("card", "made_at", models.DateTimeField(db_default=Now())),
        ADD("card", "binders", models.ManyToManyField("cards.Card")),
        ALTER("card", "title", models.CharField(max_length=200)),
        migrations.AddIndex("card", models.Index(fields=["title"], name="by_title")),
        migrations.RunPython(migrations.RunPython.noop),
        # In the release before its models lost the column; now it goes from the table.
        apart(migrations.RemoveField("card", "dropped_a_release_ago")),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_is_added_or_no_longer_used_may(operation: Operation) -> None:
    assert found(operation) == []


def test_the_last_release_can_run_on_the_schema_of_this_one() -> None:
    assert list(breaking_changes(released_leaves())) == []


def test_what_is_taken_from_a_release_that_ended_with_a_replaced_migration_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later: Any = migrations.Migration("0012_later", "cards")
    later.dependencies = [("cards", "0011_resembling_fronts")]
    later.operations = [migrations.RemoveField("card", "slots")]
    load = MigrationLoader.load_disk

    def load_and_add(loader: MigrationLoader) -> None:
        load(loader)
        loader.disk_migrations["cards", "0012_later"] = later

    monkeypatch.setattr(MigrationLoader, "load_disk", load_and_add)
    (found,) = breaking_changes({"cards": "0011_resembling_fronts"})
    assert found.migration == "cards.0012_later"


def test_the_check_reads_the_migrations_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = partial(MigrationLoader, replace_migrations=False)
    monkeypatch.setattr(schema_phases, "MigrationLoader", one_by_one)
    problems = list(breaking_changes({"users": "0001_initial", "cards": "0001_initial"}))
    assert {"users", "cards"} <= {migration.partition(".")[0] for migration, _problem in problems}
