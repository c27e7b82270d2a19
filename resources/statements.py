"""The write door's statements, put together once per table instead of once per row."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import BooleanField, CharField, Field, IntegerField, TextField

from resources.slots import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence, Set

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

PREPARING = ("get_prep_value", "get_db_prep_value", "get_db_prep_save", "to_python")
"""What decides how a field's value is written."""
PLAIN: Mapping[type[Field[Any, Any]], type] = {
    BooleanField: bool,
    CharField: str,
    IntegerField: int,
    TextField: str,
}


class Column(NamedTuple):
    """A column: its attribute, and the types of values that the database takes as they are."""

    field: Field[Any, Any]
    attribute: str
    plain: frozenset[type]


class Blank(NamedTuple):
    """What a row has for a column that nothing is said about."""

    attribute: str
    default: Callable[[], Any]


class Reading(NamedTuple):
    """A statement that reads one row by its key, and what makes Python's values of its columns."""

    sql: str
    slot: Any
    compiler: Any
    converters: Any
    attributes: Sequence[str]


def made[M: Model](model: type[M], values: Mapping[str, Any]) -> M:
    """Make a row as `model(**values)` does, in half the time."""
    left = dict(values)
    columns = [
        left.pop(attribute) if attribute in left else default()
        for attribute, default in _blanks(model)
    ]
    if not left.keys() <= _relations(model):
        return model(**values)
    row = model(*columns)
    for relation, target in left.items():
        setattr(row, relation, target)
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
        cursor.execute(reading.sql, [reading.slot.bind(key, database)])
        found = cursor.fetchone()
    if found is None:
        return None
    (values,) = reading.compiler.apply_converters([found], reading.converters)
    return model.from_db(DEFAULT_DB_ALIAS, reading.attributes, values)


def _values(row: Model, columns: Sequence[Column], database: BaseDatabaseWrapper) -> Sequence[Any]:
    """Give what the database takes for the columns of a row."""
    values = []
    for field, attribute, plain in columns:
        value = getattr(row, attribute)
        if type(value) not in plain:
            value = field.get_db_prep_save(value, database)
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
def _reading(model: type[Model]) -> Reading:
    """Compile the query of one row."""
    rows = model._default_manager.select_for_update(no_key=True)
    query = rows.filter(pk=Slot("id", model._meta.pk)).query
    compiler: Any = query.get_compiler(connection=connection)
    with transaction.atomic():  # without which nothing can be locked
        sql, (slot,) = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    attributes = [field.attname for field in model._meta.concrete_fields]
    return Reading(sql, slot, compiler, compiler.get_converters(columns), attributes)


@cache
def _blanks(model: type[Model]) -> Sequence[Blank]:
    """Give the columns of a model in its order, with what fills them."""
    return [Blank(field.attname, field.get_default) for field in model._meta.concrete_fields]


@cache
def _relations(model: type[Model]) -> Set[str]:
    """Name the columns that take a row of another table."""
    return {field.name for field in model._meta.concrete_fields if field.is_relation}


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
    return Column(field, field.attname, frozenset(plain))


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
