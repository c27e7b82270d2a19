"""A resource: what one model offers to clients, declared once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast, override

from resources.fields import column_of
from resources.rules import ANYONE, NOBODY, Rule, UnreadCount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from uuid import UUID

    from django.db.models import Model
    from django.utils.functional import Promise
    from rest_framework import serializers

    from resources.actors import Actor
    from resources.models import Record
    from resources.types import ModelField

CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
VERBS = ("list", "view", "create", "update", "delete")

type Preset = Callable[[Actor], object]


def actor(by: Actor) -> UUID | None:
    """Preset a column to the id of whoever creates the row."""
    return by.id


class FormerKeys(NamedTuple):
    """The model of former natural keys, which has the key's column and a relation to the record."""

    model: str
    record: str


@dataclass(frozen=True)
class RecordAction:
    """A verb on one record beyond update and delete: `PUT /cards/{id}/like`.

    `service` is called as `service(row, by=actor, **input)`; `rule` says who may, among those who
    may view the row; the answer is the record as it then is. `takes` validates the body, if any.
    `locks_actor` is for services that then write the actor's own row of the same model: where its
    id comes first, it is locked first, so that no two actions wait for each other. `locks` is for
    services that write rows of other models: it locks all that they will write, in one order and
    before anything else; a batch calls it once, with the ids of all records that it acts on.
    """

    name: str
    method: str
    rule: Rule
    service: Callable[..., Record | None]
    words: str | Promise
    takes: type[serializers.Serializer[object]] | None = None
    locks_actor: bool = False
    locks: Callable[[Collection[UUID]], None] | None = None


@dataclass(frozen=True)
class ListOption:
    """A value of a parameter of lists: what it narrows them to, and the order that it brings.

    `is_sorted` says that no index gives its rows in their order: they are sorted before it is asked
    whether they may be seen. Give it a rule and a sort whose columns one index has, behind the
    column that the rule looks up: SQLite reads the first of each value then, and no others.
    """

    words: str | Promise
    rule: Rule | None = None
    sort: str = ""
    is_sorted: bool = False


class Resource:
    """A model plus five rules. Subclass, set what differs, and decorate with `@register(Model)`.

    The docstring of the subclass is shown to API users. Every verb is closed (`NOBODY`) until a
    rule opens it.

    - `name` is the path below `/api/v1/`; without it, the model's name in the plural.
    - `fields` can be read; `writable` sent on create, `editable` on update; `presets` are columns
      set by the server on create.
    - `readers` and `writers` narrow single fields by a further rule: who may not read one gets
      null, and can't filter by what is hidden; who may not write one gets 403.
    - `expand` names relations whose target can be answered along.
    - `viewer` are rules by name, each answered as whether it opens the row to the signed-in member
      who reads: `{"liked": linked(...)}` is `viewer.liked`. An `UnreadCount` is a number instead.
      They are answered where `fields` asks.
    - `natural_key` is a text, unique in any case (`Lower` of it is), by which a record is found as
      well as by its id: `users/hana`. By one of its `former_keys` it is redirected to.
    - `filters` are columns with an index that clients may filter by, `scans` those that may be
      filtered though no index serves them; `ordering` the allowed sorts, the first the default.
    - `sorts_scanned` are further sorts, which no index serves: a relation's column
      (`creator.username`), a count that changes often, `@random`.
    - `options` are further parameters of lists, each with the values that it takes: a rule that
      narrows the list, an order, or both. The first value is the default:
      `{"mode": {"new": ListOption(…, sort="-created_at"), "top": …}}` is `mode=top`.
    - `numbered_pages` lets lists be read by `page=3` with totals, for tables.
    - `search` are the columns of the full-text index, the first weighing most.
    - `screened` are the columns with texts of members that are screened before a write is committed
      (`resources.writing.screening`), in rows that `screened_where` opens: those that others see.
    - `creates`, `updates`, `deletes` replace the write door's plain verbs by services:
      `creates(by=actor, **values)`, `updates(row, by=actor, **values)`, `deletes(row, by=actor)`.
    - `shown_once` are attributes that a service gives the row it creates or an action answers: the
      answer shows them and nothing ever again.
    - `governs` are the columns of the members whose access rows of this resource decide on (`id`
      for members themselves): a change has their live connections look again.
    - `throttle` limits verbs beyond the general limits: `{"create": "30/hour"}`.
    """

    name: str = ""
    fields: ClassVar[Sequence[str]] = ()
    writable: ClassVar[Sequence[str]] = ()
    editable: ClassVar[Sequence[str]] = ()
    presets: ClassVar[Mapping[str, Preset]] = {}
    readers: ClassVar[Mapping[str, Rule]] = {}
    writers: ClassVar[Mapping[str, Rule]] = {}
    expand: ClassVar[Sequence[str]] = ()
    viewer: ClassVar[Mapping[str, Rule | UnreadCount]] = {}

    list: ClassVar[Rule] = NOBODY
    view: ClassVar[Rule] = NOBODY
    create: ClassVar[Rule] = NOBODY
    update: ClassVar[Rule] = NOBODY
    delete: ClassVar[Rule] = NOBODY

    natural_key: ClassVar[str] = ""
    former_keys: ClassVar[FormerKeys | None] = None
    filters: ClassVar[Sequence[str]] = ()
    scans: ClassVar[Sequence[str]] = ()
    search: ClassVar[Sequence[str]] = ()
    screened: ClassVar[Sequence[str]] = ()
    screened_where: ClassVar[Rule] = ANYONE
    ordering: ClassVar[Sequence[str]] = ("-id",)
    sorts_scanned: ClassVar[Sequence[str]] = ()
    options: ClassVar[Mapping[str, Mapping[str, ListOption]]] = {}
    numbered_pages: ClassVar[bool] = False
    topics: ClassVar[Sequence[str]] = ()

    actions: ClassVar[Sequence[RecordAction]] = ()
    creates: ClassVar[Callable[..., Record] | None] = None
    updates: ClassVar[Callable[..., object] | None] = None
    deletes: ClassVar[Callable[..., object] | None] = None
    shown_once: ClassVar[Sequence[str]] = ()
    governs: ClassVar[Sequence[str]] = ()
    throttle: ClassVar[Mapping[str, str]] = {}

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.name = self.name or CAPITAL.sub("-", model.__name__).lower() + "s"

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def record_model(self) -> type[Record]:
        """Return the model as what every registered model is."""
        return cast("type[Record]", self.model)

    @property
    def description(self) -> str:
        """Return the first words of the declaration's docstring."""
        return (type(self).__doc__ or "").strip()

    def rule(self, verb: str) -> Rule:
        """Return the rule of one of `VERBS`; that of `list` is for a request that pins nothing."""
        rule: Rule = getattr(self, verb)
        return rule.for_list(()) if verb == "list" else rule

    def list_rule(self, pinned: Collection[str]) -> Rule:
        """Return the rule of a list whose request pins these relations to one record each."""
        return type(self).list.for_list(pinned)

    def column(self, name: str) -> ModelField:
        """Return the model's column of that name; raises FieldDoesNotExist."""
        return column_of(self.model, name)

    def target(self, relation: str) -> type[Model]:
        """Return the model that a relation of this resource points at."""
        return cast("type[Model]", self.column(relation).related_model)

    def service(self, verb: str) -> Callable[..., Any] | None:
        """Return the service that replaces the write door's own verb, if one does."""
        service: Callable[..., Any] | None = getattr(type(self), f"{verb}s")
        return service
