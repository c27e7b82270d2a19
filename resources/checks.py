"""Start-up checks: a declaration that can't work fails before the first request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, FieldError
from django.db.models import CharField, JSONField, OrderBy, TextField
from django.db.models.functions import Lower

from resources import registry
from resources.actors import ANONYMOUS, Actor, UnboundActor
from resources.declaration import VERBS, Resource
from resources.documents.embedding import embedding_of
from resources.fields import SortedCharField
from resources.ids import new_id
from resources.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WRITE_VERBS = ("create", "update", "delete")
KINDS = (
    ANONYMOUS.kind,
    Actor(new_id()).kind,
    Actor(new_id(), is_verified=True, roles=frozenset({"member", "moderator", "admin"})).kind,
)


def check_declarations(app_configs: object = None, **_options: object) -> list[CheckMessage]:
    """Check every registered declaration (Django's system check framework calls this)."""
    del app_configs
    return [error for resource in registry.all_resources() for error in check_resource(resource)]


def check_resource(resource: Resource) -> Iterator[CheckMessage]:
    """Return all that is wrong with one declaration."""
    named = list(_unknown_names(resource))
    yield from named
    if named:
        return
    for check in CHECKS:
        for number, problem in check(resource):
            yield Error(f"{type(resource).__name__}: {problem}", id=f"resources.E{number:03}")


def _unknown_names(resource: Resource) -> Iterator[CheckMessage]:
    columns = {field.name for field in resource.model._meta.concrete_fields}
    for attribute in NAMING:
        for name in getattr(resource, attribute):
            if name.lstrip("-") not in columns:
                problem = (
                    f"{attribute} names “{name}”, which is no column of {resource.model.__name__}"
                )
                yield Error(f"{type(resource).__name__}: {problem}", id="resources.E001")


NAMING = (
    "fields",
    "writable",
    "editable",
    "presets",
    "readers",
    "writers",
    "expand",
    "filters",
    "scans",
    "search",
    "screened",
    "ordering",
    "topics",
)


def _rules_compile(resource: Resource) -> Iterator[tuple[int, str]]:
    """Every rule must be a condition that the database understands."""
    fields = [
        *resource.readers.items(),
        *resource.writers.items(),
        *((name, rule) for name, rule in resource.viewer.items() if isinstance(rule, Rule)),
        *_rules_of_options(resource),
    ]
    screened = ("screened_where", resource.screened_where)
    rules = [*((verb, resource.rule(verb)) for verb in VERBS), screened, *fields]
    # One rule for many things is one condition.
    different: dict[int, tuple[str, Rule]] = {}
    for name, rule in rules:
        different.setdefault(id(rule), (name, rule))
    rows = resource.model._default_manager.values("pk")
    for name, rule in different.values():
        for kind in KINDS:
            try:
                scope = rule.scope(UnboundActor(kind), resource.model)
                if not isinstance(scope, bool):
                    str(rows.filter(scope).query)
            except EmptyResultSet:
                continue
            except (
                FieldError,
                FieldDoesNotExist,
                ValueError,
                LookupError,
                AttributeError,
            ) as error:
                yield 2, f"the rule for {name} does not compile: {error}"
                break


def _rules_of_options(resource: Resource) -> Iterator[tuple[str, Rule]]:
    for name, declared in resource.options.items():
        for value, option in declared.items():
            if option.rule:
                yield f"{name}={value}", option.rule


def _options_make_sense(resource: Resource) -> Iterator[tuple[int, str]]:
    """An option is no filter as well, and sorts by what is declared."""
    taken = {"id", *resource.filters, *resource.scans}
    orders = {name.lstrip("-") for name in (*resource.ordering, *resource.sorts_scanned)}
    for name, declared in resource.options.items():
        if name in taken or not declared:
            yield 13, f"the option “{name}” is a filter already, or has no value"
        for option in declared.values():
            if option.sort and option.sort.lstrip("-") not in orders:
                yield 13, f"the option “{name}” sorts by “{option.sort}”, which is no order here"


def _writes_are_closed(resource: Resource) -> Iterator[tuple[int, str]]:
    """No write may be open to everyone, by whatever words."""
    for verb in WRITE_VERBS:
        if resource.rule(verb).scope(ANONYMOUS, resource.model) is True:
            yield 3, f"{verb} is open to anyone; ask for an account at least"


def _columns_are_indexed(resource: Resource) -> Iterator[tuple[int, str]]:
    """Filters and sorts must not read the whole table, unless declared as `scans`."""
    served = {next(iter(columns)) for columns in indexed_columns(resource)}
    for name in [*resource.filters, *resource.ordering, *resource.topics]:
        column = resource.column(name.lstrip("-"))
        if column.name not in served and not isinstance(column, JSONField):
            yield 4, f"no index begins with “{column.name}”, which clients filter or sort by"


def indexed_columns(resource: Resource) -> Iterator[list[str]]:
    """Return the columns of each index of a resource's table."""
    meta = resource.model._meta
    for field in meta.concrete_fields:
        if getattr(field, "db_index", False) or field.unique or field.primary_key:
            yield [field.name]
    for index in meta.indexes:
        if index.fields:
            yield [name.lstrip("-") for name in index.fields]
        elif isinstance(index.expressions[0], OrderBy):
            first: Any = index.expressions[0].expression
            yield [first.name]
    for constraint in meta.constraints:
        fields = getattr(constraint, "fields", ())
        if fields:
            yield list(fields)


def _relations_are_registered(resource: Resource) -> Iterator[tuple[int, str]]:
    """A relation can only be checked for visibility against its target's rules."""
    for name in dict.fromkeys([*resource.writable, *resource.editable, *resource.expand]):
        column = resource.column(name)
        if not column.is_relation:
            if name in resource.expand:
                yield 5, f"expand names “{name}”, which is no relation"
            continue
        target = resource.target(name)
        if not registry.is_registered(target) and embedding_of(target) is None:
            yield 5, f"“{name}” points at {target.__name__}, which is no resource"


def _sorts_are_readable(resource: Resource) -> Iterator[tuple[int, str]]:
    """A sort through a relation goes to one that is registered and may be filtered by."""
    for name in resource.sorts_scanned:
        head, _dot, rest = name.lstrip("-").partition(".")
        if head == "@random" or not rest:
            continue
        target = resource.target(head) if resource.column(head).is_relation and rest else None
        filtered = (*resource.filters, *resource.scans)
        if target is None or not registry.is_registered(target) or head not in filtered:
            yield 6, f"sorts_scanned names “{name}”, which leads to no column of a resource"
        elif rest not in (
            *registry.resource_of(target).filters,
            *registry.resource_of(target).scans,
        ):
            yield 6, f"sorts_scanned names “{name}”, which can't be filtered by"


def _texts_are_never_null(resource: Resource) -> Iterator[tuple[int, str]]:
    """Two ways of saying “nothing” make filters lie."""
    for column in resource.model._meta.concrete_fields:
        if column.null and isinstance(column, CharField | TextField):
            yield 7, f"the text “{column.name}” can be null; use an empty text"


def _fields_make_sense(resource: Resource) -> Iterator[tuple[int, str]]:
    """What is written can be read back, and a record always tells its id."""
    if "id" not in resource.fields:
        yield 8, "fields must contain “id”"
    for name in dict.fromkeys([*resource.writable, *resource.editable]):
        if not resource.column(name).editable:
            yield 8, f"“{name}” is not editable"
    for name in resource.presets:
        if name in resource.writable:
            yield 8, f"“{name}” is preset and can't be writable as well"
    for name in [*resource.filters, *resource.scans]:
        if name not in resource.fields:
            yield 8, f"“{name}” can be filtered by but not read"


def _natural_keys_are_unique(resource: Resource) -> Iterator[tuple[int, str]]:
    """What a record is found by in any case is unique in any case, and shown to all."""
    name = resource.natural_key
    if not name:
        return
    lowered = Lower(name)
    constraints = [getattr(one, "expressions", ()) for one in resource.model._meta.constraints]
    if (lowered,) not in constraints:
        yield 9, f"natural_key names “{name}”, whose lower case no constraint keeps unique"
    if name in resource.readers:
        yield 9, f"natural_key names “{name}”, which not everybody may read"


def _orders_hide_nothing(resource: Resource) -> Iterator[tuple[int, str]]:
    """The order of rows, and what a search finds, tell the values of a column to everyone."""
    for attribute in ("ordering", "sorts_scanned", "search", "topics"):
        for name in getattr(resource, attribute):
            if name.lstrip("-") in resource.readers:
                yield 10, f"{attribute} names “{name.lstrip('-')}”, which not everyone may read"


def _texts_sort_alike(resource: Resource) -> Iterator[tuple[int, str]]:
    """The order of texts must not depend on how the database was made."""
    for name in [*resource.ordering, *resource.sorts_scanned]:
        head = name.lstrip("-")
        if "." in head or head.startswith("@"):
            continue
        column = resource.column(head)
        is_sorted = isinstance(column, SortedCharField)
        if isinstance(column, CharField | TextField) and not is_sorted:
            yield 12, f"lists are sorted by the text “{head}”, which is no SortedCharField"


def _viewers_fields_can_be_asked_for(resource: Resource) -> Iterator[tuple[int, str]]:
    """`fields=viewer.liked` must be readable, and mean no column."""
    for name in resource.viewer:
        if not name.isidentifier() or "viewer" in resource.fields:
            yield 11, f"“viewer.{name}” is no path of its own in “fields”"


type Checked = Iterable[tuple[int, str]]

CHECKS: tuple[Callable[[Resource], Checked], ...] = (
    _rules_compile,
    _writes_are_closed,
    _columns_are_indexed,
    _relations_are_registered,
    _sorts_are_readable,
    _texts_are_never_null,
    _fields_make_sense,
    _natural_keys_are_unique,
    _orders_hide_nothing,
    _texts_sort_alike,
    _viewers_fields_can_be_asked_for,
    _options_make_sense,
)
