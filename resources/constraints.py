"""What a database meant when it refused a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import CheckConstraint, F, UniqueConstraint
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db import IntegrityError
    from django.db.models import BaseConstraint, Model

SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
SQLITE_NAMED = re.compile(
    r"(?:CHECK constraint failed|UNIQUE constraint failed: index).*?'?(\w+)'?$"
)


@dataclass(frozen=True, slots=True)
class BrokenConstraint:
    """Which columns a refused row broke the rules of, and how to say it."""

    fields: tuple[str, ...]
    code: str
    message: str


def broken_constraint(error: IntegrityError) -> BrokenConstraint:
    """Find the constraint that an IntegrityError is about, on either database."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return _by_name(
            str(diagnosis.constraint_name), str(diagnosis.table_name), str(diagnosis.message_detail)
        )
    text = str(error)
    columns = SQLITE_UNIQUE.match(text)
    if columns and "." in columns["columns"]:
        names = [name.strip().split(".") for name in columns["columns"].split(",")]
        return _unique(names[0][0], tuple(name[-1] for name in names))
    named = SQLITE_NAMED.match(text)
    return _by_name(named[1] if named else "", "", "")


@cache
def _constraints() -> dict[str, tuple[type[Model], BaseConstraint]]:
    return {
        constraint.name: (model, constraint)
        for model in apps.get_models()
        for constraint in model._meta.constraints
    }


def _by_name(name: str, table: str, detail: str) -> BrokenConstraint:
    model, constraint = _constraints().get(name, (None, None))
    if isinstance(constraint, UniqueConstraint):
        return BrokenConstraint(_named(constraint), "unique", _message(constraint))
    if isinstance(constraint, CheckConstraint):
        return BrokenConstraint((), "not_allowed", _message(constraint))
    columns = re.search(r"Key \((?P<columns>[^)]+)\)=", detail)
    if columns and "already exists" in detail:
        return _unique(table, tuple(part.strip() for part in columns["columns"].split(",")))
    del model
    return BrokenConstraint((), "not_allowed", _("This breaks a rule of the database."))


def _unique(table: str, columns: tuple[str, ...]) -> BrokenConstraint:
    """Explain a unique index by its columns; a constraint's own words come first."""
    for model, constraint in _constraints().values():
        if (
            isinstance(constraint, UniqueConstraint)
            and model._meta.db_table == table
            and _columns(model, constraint) == columns
        ):
            return BrokenConstraint(tuple(constraint.fields), "unique", _message(constraint))
    names = tuple(column.removesuffix("_id") for column in columns)
    return BrokenConstraint(names, "unique", _("This is taken already."))


def _named(constraint: UniqueConstraint) -> tuple[str, ...]:
    """Return the fields of a constraint, those inside expressions such as `Lower("name")` too."""
    expressions: Any = constraint.expressions
    columns = [part for whole in expressions for part in whole.flatten() if type(part) is F]
    return (*constraint.fields, *(str(vars(part)["name"]) for part in columns))


def _columns(model: type[Model], constraint: UniqueConstraint) -> tuple[str, ...]:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return tuple(columns[name] for name in constraint.fields)


def _message(constraint: BaseConstraint) -> str:
    if constraint.violation_error_message == constraint.default_violation_error_message:
        return _("This is taken already.")
    return str(constraint.violation_error_message)
