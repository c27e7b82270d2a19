"""SQL of one row: INSERT, UPDATE, SELECT and SELECT … FOR UPDATE, composed once per table.

Django composes each statement anew for each row, which takes longer than SQLite takes to run it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.signals import post_init, pre_init

from resources.connections import databases
from resources.dialects import dialect
from resources.dialects.protocol import NOT_ADAPTED
from resources.fields import JsonField, RecordIdField, column_of
from resources.placeholders import Placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    from resources.placeholders import UnboundParameter
    from resources.types import ModelField, Rows, Values

ADAPTING = ("get_prep_value", "get_db_prep_value", "get_db_prep_save", "to_python")
"""Methods of a field that decide how its value is adapted."""
READING = ("from_db_value", "get_db_converters", "get_internal_type")
"""Methods of a field that decide how its value is read."""
PASSTHROUGH: Mapping[type[ModelField], type] = {
    BooleanField: bool,
    CharField: str,
    IntegerField: int,
    TextField: str,
}


ADAPTED: Mapping[type[ModelField], Sequence[type]] = {
    RecordIdField: (UUID,),
    DateTimeField: (datetime,),
    JsonField: (dict, list),
}
"""Fields with the types of their values that some dialects adapt, as these fields do."""


class Column(NamedTuple):
    """A column: its field, its attribute, and how values of it are adapted for the driver.

    Values of the types in `passthrough` need no adapting. `fast_adapters` adapt values of some
    types as the field does; they return `NOT_ADAPTED` for a value that they can't handle.
    """

    field: ModelField
    attribute: str
    passthrough: frozenset[type]
    fast_adapters: Mapping[type, Callable[[object], object]]

    def adapted(self, value: object, database: BaseDatabaseWrapper) -> object:
        """Return a value as the driver takes it."""
        adapt = self.fast_adapters.get(type(value))
        adapted = adapt(value) if adapt else NOT_ADAPTED
        if adapted is not NOT_ADAPTED:
            return adapted
        return self.field.get_db_prep_save(value, database)


class ReadColumns(NamedTuple):
    """All columns of a model as they are read: their attributes, and what makes Python's values.

    `converters` are by the place of the column; they are given no nulls.
    """

    attributes: Sequence[str]
    converters: Sequence[tuple[int, Callable[[object], object]]]


class RowQuery(NamedTuple):
    """A statement that reads rows of a model by one value."""

    model: type[Model]
    sql: str
    placeholder: UnboundParameter


def build[M: Model](model: type[M], values: Mapping[str, object]) -> M:
    """Return an unsaved row as `model(**values)` does, in a third of the time."""
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


def database_key(model: type[Model], key: object) -> Any:
    """Return the key of a row as the database driver takes it, for SQL that is written by hand."""
    return model._meta.pk.get_db_prep_value(key, connection)


def insert(row: Model) -> None:
    """Insert a new row, with the next statement or the commit at the latest.

    A key that the database chooses is set then, and IntegrityError and its like are raised.
    """
    database = databases[DEFAULT_DB_ALIAS]
    database.defer(*_inserted(row, database))


def insert_gathered(row: Model) -> None:
    """Insert a new row that nothing reads before its transaction ends, with others of its kind."""
    database = databases[DEFAULT_DB_ALIAS]
    database.gather(*_inserted(row, database))


def _inserted(row: Model, database: BaseDatabaseWrapper) -> tuple[str, Values, Any]:
    """Return the statement that inserts a row, its values, and what takes the key it is given."""
    is_keyless = row.pk is None
    columns, sql = _insertion(type(row), is_keyless)
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS
    return sql, _values(row, columns, database), partial(_set_key, row) if is_keyless else None


def _set_key(row: Model, returned: Rows) -> None:
    ((row.pk,),) = returned


def update(row: Model, names: Collection[str]) -> None:
    """Write the named columns of a stored row; deferred like an insert."""
    columns, sql = _update(type(row), tuple(names))
    database = databases[DEFAULT_DB_ALIAS]
    database.defer(sql, _values(row, columns, database))


def read[M: Model](model: type[M], key: object) -> M | None:
    """Read the row of a key and keep others from writing it until the transaction ends.

    Raises TransactionManagementError outside of one.
    """
    if not databases[DEFAULT_DB_ALIAS].in_atomic_block:
        raise transaction.TransactionManagementError("A row is locked within a transaction only.")
    return next(iter(found(_locking_query(model), key)), None)


def peek[M: Model](model: type[M], key: object) -> M | None:
    """Read the row of a key as it is now; others may write it meanwhile."""
    return next(iter(found(_row_query(model), key)), None)


def found(query: RowQuery, value: object) -> list[Any]:
    """Return the rows of a compiled query, all of its model, for a value."""
    database = databases[DEFAULT_DB_ALIAS]
    read = database.rows(query.sql, [query.placeholder.bind(value, database)])
    return [stored(query.model, values) for values in read]


def stored[M: Model](model: type[M], read: Values) -> M:
    """Return the row that was read, all its columns in their order.

    As `Model.from_db` does, in a third of the time.
    """
    attributes, converters = _columns_read(model)
    values = list(read)
    for place, convert in converters:
        if values[place] is not None:
            values[place] = convert(values[place])
    if _blank(model) is None:
        return model.from_db(DEFAULT_DB_ALIAS, attributes, values)
    row = model.__new__(model)
    state = vars(row)
    state["_state"] = known = ModelState()
    known.adding, known.db = False, DEFAULT_DB_ALIAS
    state |= zip(attributes, values, strict=True)
    return row


def exists(model: type[Model], **values: object) -> bool:
    """Return whether a row has these values, by name or attribute of their columns."""
    columns, sql = _finding(model, tuple(values))
    database = databases[DEFAULT_DB_ALIAS]
    adapted = [
        column.adapted(value, database)
        for column, value in zip(columns, values.values(), strict=True)
    ]
    return bool(database.rows(sql, adapted))


def _values(row: Model, columns: Sequence[Column], database: BaseDatabaseWrapper) -> Values:
    """Return what the database takes for the columns of a row."""
    values = []
    state = vars(row)
    for column in columns:
        _field, attribute, passthrough, _adapters = column
        value = state[attribute] if attribute in state else getattr(row, attribute)
        values.append(value if type(value) in passthrough else column.adapted(value, database))
    return values


@cache
def _insertion(model: type[Model], is_keyless: bool) -> tuple[Sequence[Column], str]:
    """Return the columns of an insert and its SQL."""
    key = model._meta.pk
    fields: list[ModelField] = [
        field for field in model._meta.concrete_fields if not (is_keyless and field is key)
    ]
    names = [_quoted(field.column) for field in fields]
    parameters = ["%s"] * len(fields)
    returning = f"RETURNING {_quoted(key.column)}" if is_keyless else ""
    table, listed = _quoted(model._meta.db_table), f"({', '.join(names)})"
    values = f"({', '.join(parameters)})"
    sql = " ".join(("INSERT INTO", table, listed, "VALUES", values, returning))
    return [_column(field) for field in fields], sql


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[Sequence[Column], str]:
    """Return the columns of an update, the key last, and its SQL."""
    fields = [column_of(model, name) for name in names]
    assignments = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = model._meta.pk
    condition = f"{_quoted(key.column)} = %s"
    sql = " ".join(
        ("UPDATE", _quoted(model._meta.db_table), "SET", assignments, "WHERE", condition)
    )
    return [_column(field) for field in (*fields, key)], sql


@cache
def _finding(model: type[Model], names: tuple[str, ...]) -> tuple[Sequence[Column], str]:
    """Return the columns that a row is looked for by, and the SQL."""
    columns = [_column(column_of(model, name)) for name in names]
    condition = " AND ".join(f"{_quoted(column.field.column)} = %s" for column in columns)
    table = _quoted(model._meta.db_table)
    return columns, " ".join(("SELECT 1 FROM", table, "WHERE", condition, "LIMIT 1"))


@cache
def _locking_query(model: type[Model]) -> RowQuery:
    """Compile the query that locks one row."""
    with transaction.atomic():  # without which nothing can be locked
        return compiled(_by_key(model._base_manager.select_for_update(no_key=True)))


@cache
def _row_query(model: type[Model]) -> RowQuery:
    """Compile the query of one row."""
    return compiled(_by_key(model._base_manager.all()))


def _by_key[M: Model](rows: QuerySet[M]) -> QuerySet[M]:
    return rows.filter(pk=Placeholder("id", rows.model._meta.pk))


def compiled(rows: QuerySet[Any]) -> RowQuery:
    """Compile a query of whole rows that has one placeholder."""
    sql, (placeholder,) = rows.query.get_compiler(connection=connection).as_sql()
    return RowQuery(rows.model, sql, placeholder)


@cache
def _columns_read(model: type[Model]) -> ReadColumns:
    """Return the columns of a model as queries of whole rows read them."""
    compiler: Any = model._base_manager.all().query.get_compiler(connection=connection)
    compiler.setup_query()
    columns = [column for column, _sql, _alias in compiler.select]
    fields = model._meta.concrete_fields
    converters = [
        (place, _fast_reader(fields[place]) or _reader(compiler, *those))
        for place, those in compiler.get_converters(columns).items()
    ]
    return ReadColumns([field.attname for field in fields], converters)


def _reader(
    compiler: SQLCompiler, converters: Iterable[Callable[..., object]], column: object
) -> Callable[[object], object]:
    """Return what makes a value of a column's, as Django's compiler does."""

    def read(value: object) -> object:
        for convert in converters:
            value = convert(value, column, compiler.connection)
        return value

    return read


def _fast_reader(field: ModelField) -> Callable[[object], object] | None:
    """Return what reads a field's values as the field does; None where the dialect has nothing."""
    target = field.target_field if isinstance(field, ForeignKey) else field
    for kind, values in ADAPTED.items():
        is_alike = all(_of(type(target), name) is _of(kind, name) for name in READING)
        if is_alike and getattr(target, "decoder", None) is None:
            return dialect().readers.get(values[0])
    return None


def _of(kind: type[ModelField], name: str) -> object:
    return getattr(kind, name, None)


class Blank(NamedTuple):
    """A row that nothing is said about: a value for every column, and what makes some of them.

    `names` are those that a row can be made with.
    """

    constants: Mapping[str, object]
    defaults: Sequence[tuple[str, Callable[[], object]]]
    names: Set[str]


@cache
def _blank(model: type[Model]) -> Blank | None:
    """Return what rows of a model begin as; None if making one is more than to fill in columns."""
    columns = model._meta.concrete_fields
    is_heard_of = pre_init.has_listeners(model) or post_init.has_listeners(model)
    has_own_ways = any(hasattr(_descriptor(model, field), "__set__") for field in columns)
    if model.__init__ is not Model.__init__ or is_heard_of or has_own_ways:
        return None
    made = [field for field in columns if field.has_default() and callable(field.default)]
    constants = {field.attname: None if field in made else field.get_default() for field in columns}
    names = {name for field in columns for name in (field.name, field.attname)}
    return Blank(constants, [(field.attname, field.default) for field in made], names)


def _descriptor(model: type[Model], field: ModelField) -> object:
    """Return what a column's attribute is on its model; None for what Django has for all."""
    found = vars(model).get(field.attname)
    return None if type(found) is ForeignKeyDeferredAttribute else found


def _column(field: ModelField) -> Column:
    """Describe a column; a field that prepares values as Django does passes plain ones on."""
    passthrough = {value for kind, value in PASSTHROUGH.items() if _adapts_alike(type(field), kind)}
    if type(connection.ops.adapt_integerfield_value(1, "IntegerField")) is not int:
        passthrough.discard(int)
    if field.get_db_prep_save(None, connection) is None:
        passthrough.add(type(None))
    if str in passthrough and isinstance(field.default, str):
        passthrough.add(type(field.default))  # that of a choice
    return Column(field, field.attname, frozenset(passthrough), _fast_adapters(field))


def _fast_adapters(field: ModelField) -> Mapping[type, Callable[[object], object]]:
    """Return the adapters of a field; most drivers take most values as they are."""
    target = field.target_field if isinstance(field, ForeignKey) else field
    known = dialect().adapters
    return {
        value: known[value]
        for kind, values in ADAPTED.items()
        for value in values
        if value in known and _adapts_alike(type(target), kind)
    }


def _adapts_alike(one: type[ModelField], other: type[ModelField]) -> bool:
    """Return whether two classes of fields adapt values in the same way."""
    return all(getattr(one, name) is getattr(other, name) for name in ADAPTING)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
