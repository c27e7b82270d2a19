"""Expand and contract: whether the last release can run on the schema of the next one.

During an upgrade old processes meet the new schema. What they still use must not go, change its
type or become mandatory; so a release first adds (expand), the code stops using the old, and a
later release takes it away (contract). `released_migrations.json` says where the last release
ended: a table or column that its models still had is in use.

A migration that can't do without a stop says why in `needs_stop`, which belongs into the changelog.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.models import ManyToManyField

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.migrations import Migration
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ProjectState

    from resources.types import ModelField

RELEASED = Path(__file__).with_name("released_migrations.json")


class BreakingChange(NamedTuple):
    """Something in a migration that processes of the last release can't bear."""

    migration: str
    problem: str


def breaking_changes(leaves: Mapping[str, str]) -> Iterator[BreakingChange]:
    """Yield what breaks the release whose last migrations were `leaves`, by app."""
    loader = MigrationLoader(None)
    nodes = list(_in_graph(loader, leaves))
    released = loader.project_state(nodes)
    known = {node for leaf in nodes for node in loader.graph.forwards_plan(leaf)}
    seen = set(known)
    for leaf in sorted(loader.graph.leaf_nodes()):
        for node in loader.graph.forwards_plan(leaf):
            if node not in seen:
                seen.add(node)
                yield from problems_of(loader.disk_migrations[node], released)


def _in_graph(loader: MigrationLoader, leaves: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the migrations that there are; for a replaced one, the one that replaces it.

    Only what is released is replaced, as a whole.
    """
    replacing = {
        old: new for new, migration in loader.replacements.items() for old in migration.replaces
    }
    for leaf in leaves.items():
        node = leaf if leaf in loader.graph.nodes else replacing.get(leaf)
        if node:
            yield node


def problems_of(migration: Migration, released: ProjectState) -> Iterator[BreakingChange]:
    """Yield what one migration does to the tables that the last release uses."""
    if getattr(migration, "needs_stop", ""):
        return
    for operation in _on_database(migration.operations):
        problem = _problem(migration.app_label, operation, released)
        if problem:
            yield BreakingChange(f"{migration.app_label}.{migration.name}", problem)


def current_leaves() -> dict[str, str]:
    """Return the last migration of each app, as `released_migrations.json` keeps them."""
    return dict(sorted(MigrationLoader(None).graph.leaf_nodes()))


def released_leaves() -> dict[str, str]:
    """Return the last migrations of the last release."""
    leaves: dict[str, str] = json.loads(RELEASED.read_text(encoding="utf-8"))["leaves"]
    return leaves


def _on_database(operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, ops.SeparateDatabaseAndState):
            yield from _on_database(operation.database_operations)
        else:
            yield operation


def _problem(app: str, operation: Operation, released: ProjectState) -> str:
    if isinstance(operation, ops.RunSQL):
        return "" if operation.state_operations else "RunSQL: say needs_stop, or use operations"
    model = getattr(operation, "model_name", None) or getattr(operation, "old_name", "")
    model = model or getattr(operation, "name", None) or ""
    table = released.models.get((app, model.lower()))
    if table is None:
        return ""
    if isinstance(operation, ops.DeleteModel | ops.RenameModel | ops.AlterModelTable):
        return f"{operation.describe()}: the last release uses the table"
    if isinstance(operation, ops.AddConstraint):
        return f"{operation.describe()}: the last release may write rows that it refuses"
    return _field_problem(operation, table.fields)


def _field_problem(operation: Operation, fields: Mapping[str, ModelField]) -> str:
    name = getattr(operation, "old_name", "") or getattr(operation, "name", "")
    used = fields.get(name)
    if isinstance(operation, ops.RemoveField | ops.RenameField):
        return f"{operation.describe()}: the last release uses the column" if used else ""
    if isinstance(operation, ops.AddField) and _is_mandatory(operation.field):
        return f"{operation.describe()}: the last release writes rows without it (db_default)"
    if isinstance(operation, ops.AlterField) and used:
        return _alteration(operation, used)
    return ""


def _alteration(operation: ops.AlterField, used: ModelField) -> str:
    if used.get_internal_type() != operation.field.get_internal_type():
        return f"{operation.describe()}: the last release uses another type"
    if used.null and _is_mandatory(operation.field):
        return f"{operation.describe()}: the last release writes null"
    shorter = (operation.field.max_length or 0) < (used.max_length or 0)
    if operation.field.max_length and shorter:
        return f"{operation.describe()}: the last release writes longer texts"
    return ""


def _is_mandatory(field: ModelField) -> bool:
    """Return whether an INSERT without the column fails: Django keeps `default` to itself."""
    is_column = not isinstance(field, ManyToManyField) and not field.generated
    return is_column and not field.null and not field.has_db_default()
