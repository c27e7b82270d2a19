"""The write door's statements, put together once per table instead of once per row."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.signals import post_init, pre_init

from resources.fields import RecordIdField
from resources.placeholders import Placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence, Set

    from django.db.backends.base.base import BaseDatabaseWrapper

PREPARING = ("get_prep_value", "get_db_prep_value", "get_db_prep_save", "to_python")
"""What decides how a field's value is written."""
PLAIN: Mapping[type[Field[Any, Any]], type] = {
    BooleanField: bool,
    CharField: str,
    IntegerField: int,
    TextField: str,
}


class Column(NamedTuple):
    """A column: its attribute, the types of values that the database takes as they are, and more.

    `shortly` writes values of some types as the field does, `UNFIT` for one that it can't.
    """

    field: Field[Any, Any]
    attribute: str
    plain: frozenset[type]
    shortly: Mapping[type, Callable[[Any], Any]]


UNFIT = object()
"""Says that a value must be written by its field."""


class Reading(NamedTuple):
    """A statement that reads one row by its key, and what makes Python's values of its columns."""

    sql: str
    placeholder: Any
    compiler: Any
    converters: Any
    attributes: Sequence[str]


def made[M: Model](model: type[M], values: Mapping[str, Any]) -> M:
    """Make a row as `model(**values)` does, in a third of the time."""
    blank = _blank(model)
    if blank is None or not values.keys() <= blank.names:
        return model(**values)
    row = model.__new__(model)
    state = vars(row)
    state["_state"] = ModelState()
    state |= blank.constants
    for attribute, default in blank.defaults:
        if attribute not in values:
            state[attribute] = default()
    for name, value in values.items():
        if name in blank.constants:
            state[name] = value
        else:
            setattr(row, name, value)
    return row


def insert(row: Model) -> None:
    """Insert a new row; its key is set when the database chooses it.

    Raises IntegrityError and its like as the database does.
    """
    columns, sql = _insertion(type(row), row.pk is None)
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        cursor.execute(sql, _values(row, columns, database))
        if row.pk is None:
            row.pk = cursor.fetchone()[0]
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS


def update(row: Model, names: Collection[str]) -> None:
    """Write the named columns of a stored row."""
    columns, sql = _update(type(row), tuple(names))
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        cursor.execute(sql, _values(row, columns, database))


def read[M: Model](model: type[M], key: Any) -> M | None:
    """Read the row of a key and keep others from writing it until the transaction ends.

    Raises TransactionManagementError outside of one.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if not database.in_atomic_block:
        raise transaction.TransactionManagementError("A row is locked within a transaction only.")
    reading = _reading(model)
    with database.cursor() as cursor:
        cursor.execute(reading.sql, [reading.placeholder.bind(key, database)])
        found = cursor.fetchone()
    if found is None:
        return None
    (values,) = reading.compiler.apply_converters([found], reading.converters)
    return model.from_db(DEFAULT_DB_ALIAS, reading.attributes, values)


def is_there(model: type[Model], **values: Any) -> bool:
    """Tell whether a row has these values, by name of the column's attribute."""
    columns, sql = _finding(model, tuple(values))
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        cursor.execute(
            sql,
            [
                column.field.get_db_prep_save(values[column.attribute], database)
                for column in columns
            ],
        )
        return cursor.fetchone() is not None


def _values(row: Model, columns: Sequence[Column], database: BaseDatabaseWrapper) -> Sequence[Any]:
    """Give what the database takes for the columns of a row."""
    values = []
    state = vars(row)
    for field, attribute, plain, shortly in columns:
        value = state[attribute] if attribute in state else getattr(row, attribute)
        if type(value) not in plain:
            write = shortly.get(type(value))
            written = write(value) if write else UNFIT
            value = field.get_db_prep_save(value, database) if written is UNFIT else written
        values.append(value)
    return values


@cache
def _insertion(model: type[Model], is_keyless: bool) -> tuple[Sequence[Column], str]:
    """Give the columns of an insert and its SQL."""
    key = model._meta.pk
    fields: list[Field[Any, Any]] = [
        field for field in model._meta.concrete_fields if not (is_keyless and field is key)
    ]
    names = [_quoted(field.column) for field in fields]
    places = ["%s"] * len(fields)
    returning = f"RETURNING {_quoted(key.column)}" if is_keyless else ""
    table, listed = _quoted(model._meta.db_table), f"({', '.join(names)})"
    values = f"({', '.join(places)})"
    sql = " ".join(("INSERT INTO", table, listed, "VALUES", values, returning))
    return [_column(field) for field in fields], sql


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[Sequence[Column], str]:
    """Give the columns of an update, the key last, and its SQL."""
    fields = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in names]
    assignments = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = model._meta.pk
    place = f"{_quoted(key.column)} = %s"
    sql = " ".join(("UPDATE", _quoted(model._meta.db_table), "SET", assignments, "WHERE", place))
    return [_column(field) for field in (*fields, key)], sql


@cache
def _finding(model: type[Model], names: tuple[str, ...]) -> tuple[Sequence[Column], str]:
    """Give the columns that a row is looked for by, and the SQL."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = [_column(fields[name]) for name in names]
    condition = " AND ".join(f"{_quoted(column.field.column)} = %s" for column in columns)
    table = _quoted(model._meta.db_table)
    return columns, " ".join(("SELECT 1 FROM", table, "WHERE", condition, "LIMIT 1"))


@cache
def _reading(model: type[Model]) -> Reading:
    """Compile the query of one row."""
    rows = model._default_manager.select_for_update(no_key=True)
    query = rows.filter(pk=Placeholder("id", model._meta.pk)).query
    compiler: Any = query.get_compiler(connection=connection)
    with transaction.atomic():  # without which nothing can be locked
        sql, (placeholder,) = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    attributes = [field.attname for field in model._meta.concrete_fields]
    return Reading(sql, placeholder, compiler, compiler.get_converters(columns), attributes)


class Blank(NamedTuple):
    """A row that nothing is said about: a value for every column, and what makes some of them.

    `names` are those that a row can be made with.
    """

    constants: Mapping[str, Any]
    defaults: Sequence[tuple[str, Callable[[], Any]]]
    names: Set[str]


@cache
def _blank(model: type[Model]) -> Blank | None:
    """Give what rows of a model begin as; None if making one is more than to fill in columns."""
    columns = model._meta.concrete_fields
    is_heard_of = pre_init.has_listeners(model) or post_init.has_listeners(model)
    has_own_ways = any(hasattr(_descriptor(model, field), "__set__") for field in columns)
    if model.__init__ is not Model.__init__ or is_heard_of or has_own_ways:
        return None
    made = [field for field in columns if field.has_default() and callable(field.default)]
    constants = {field.attname: None if field in made else field.get_default() for field in columns}
    names = {name for field in columns for name in (field.name, field.attname)}
    return Blank(constants, [(field.attname, field.get_default) for field in made], names)


def _descriptor(model: type[Model], field: Field[Any, Any]) -> Any:
    """Give what a column's attribute is on its model; None for what Django has for all."""
    found = vars(model).get(field.attname)
    return None if type(found) is ForeignKeyDeferredAttribute else found


def _column(field: Field[Any, Any]) -> Column:
    """Describe a column; a field that prepares values like Django's own passes plain ones on."""
    plain = {
        value
        for kind, value in PLAIN.items()
        if all(getattr(type(field), name) is getattr(kind, name) for name in PREPARING)
    }
    if type(connection.ops.adapt_integerfield_value(1, "IntegerField")) is not int:
        plain.discard(int)
    if field.get_db_prep_save(None, connection) is None:
        plain.add(type(None))
    return Column(field, field.attname, frozenset(plain), _short_ways(field))


def _short_ways(field: Field[Any, Any]) -> Mapping[type, Callable[[Any], Any]]:
    """Find how SQLite is told values of a field; PostgreSQL's driver takes them as they are."""
    target = field.target_field if isinstance(field, ForeignKey) else field
    if connection.vendor != "sqlite":
        return {}
    if type(target) is RecordIdField:
        return {UUID: str}
    if type(target) is DateTimeField:
        return {datetime: _moment}
    return {}


def _moment(value: datetime) -> Any:
    return str(value.replace(tzinfo=None)) if value.tzinfo is UTC else UNFIT


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
