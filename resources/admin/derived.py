"""The moderators' admin of every resource, derived from its declaration.

It is one more client of the engine: forms, deletes and actions go the way of `PATCH`, `DELETE` and
`POST /{id}/{action}`, with the same rules, services and errors.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast, override

from django.contrib import admin, messages
from django.contrib.admin.exceptions import AlreadyRegistered
from django.contrib.admin.options import ActionLocation
from django.db.models import BooleanField, CharField, ForeignKey, JSONField, Model, TextField
from django.forms import ModelChoiceField, ModelForm
from django.template.response import TemplateResponse
from django.utils.translation import ngettext

from resources import registry
from resources.admin.history import record_id
from resources.admin.records import RecordAdmin, acting, is_admin, is_moderating, is_scoped
from resources.documents.embedding import embedding_of
from resources.rules import NOBODY, Rule, narrowed
from resources.writing.operations import create_record, delete_record, run_action, update_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Field, QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from resources.actors import Actor
    from resources.declaration import RecordAction, Resource
    from resources.models import Record

SHOWN_COLUMNS = 7
WIDE_COLUMNS = (TextField, JSONField)
CONFIRMED = "confirmed"


class KnownIdsForm(ModelForm[Model]):
    """Takes an id that no record can have for none, as widgets look up what they show."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            return
        data: Any = self.data
        self.data = data = data.copy()
        for name, field in self.fields.items():
            if isinstance(field, ModelChoiceField) and record_id(str(data.get(name))) is None:
                data[name] = ""


class DeclaredAdmin(RecordAdmin):
    """The admin of a resource, which lets its user do what the declaration lets them do."""

    form = KnownIdsForm
    extra_fields: Sequence[str] = ()
    """What a subclass shows on a record's page besides the declared fields."""
    scoped: Rule = NOBODY
    """The rows that moderators of one part of the community find here, of those they may view."""

    def may_enter(self, request: HttpRequest) -> bool:
        """Return whether there is anything here for the user."""
        return is_moderating(request) or (is_scoped(request) and self.scoped is not NOBODY)

    def _rules(self, request: HttpRequest) -> Sequence[Rule]:
        """Return the rules that together open the rows that the user finds here."""
        if is_admin(request):
            return ()
        view = self.resource.view
        return (view,) if is_moderating(request) else (view, self.scoped)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Record]:
        """Return the rows that the user may view; admins may view all."""
        rows: QuerySet[Record] = super().get_queryset(request)
        for rule in self._rules(request):
            rows = narrowed(rows, rule.scope(acting(request), self.model))
        return rows

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_enter(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not self.may_enter(request) or obj is None:
            return self.may_enter(request)
        return all(rule.permits(acting(request), obj) for rule in self._rules(request))

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.resource.writable) and self._may(request, "create")

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.resource.editable) and self._may(request, "update", obj)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "delete", obj)

    def _may(self, request: HttpRequest, verb: str, row: Model | None = None) -> bool:
        """Return whether the rule of a verb opens the row, or any row, to the user."""
        rule = self.resource.rule(verb)
        if rule is NOBODY or not self.has_view_permission(request, row):
            return False
        if row is None:
            return rule.scope(acting(request), self.model) is not False
        return rule.permits(acting(request), row)

    @override
    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        if obj is None:
            return tuple(self.resource.writable)
        shown = (name for name in self.resource.fields if name != "id")
        readable = [name for name in shown if self._reads(request, name)]
        return (*self.extra_fields, *readable, "change_log")

    def _reads(self, request: HttpRequest, name: str) -> bool:
        rule = self.resource.readers.get(name)
        return rule is None or rule.scope(acting(request), self.model) is not False

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        if obj is None:
            return ()
        editable = self.resource.editable
        return tuple(name for name in self.get_fields(request, obj) if name not in editable)

    @override
    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool
    ) -> None:
        by = acting(request)
        if change:
            update_record(self.resource, by, str(obj.pk), self._sent(form, form.changed_data))
        else:
            created = create_record(self.resource, by, self._sent(form, form.cleaned_data))
            obj.pk, obj._state.adding = created.pk, False

    def _sent(self, form: ModelForm[Model], names: Iterable[str]) -> dict[str, object]:
        """Return what was filled in as a client of the API would send it."""
        sent = {}
        for name in names:
            column, value = self.resource.column(name), form.cleaned_data[name]
            if value is None and not column.null:
                value = column.get_default()
            sent[name] = _as_sent(value)
        return sent

    @override
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_record(self.resource, acting(request), str(obj.pk))

    def run_declared(
        self, action: RecordAction, by: Actor, row: Model, sent: dict[str, str]
    ) -> None:
        """Run a declared action on a row as the API does; raises Problem."""
        run_action(self.resource, action, by, str(row.pk), sent)

    @override
    def get_actions(
        self, request: HttpRequest, action_location: object = ActionLocation.CHANGE_LIST
    ) -> dict[str, object]:
        """Return the theme's own actions and those that moderators have beyond members."""
        actions: dict[str, object] = super().get_actions(request, action_location)
        actor = acting(request)
        for declared in self.resource.actions:
            if _is_moderators(self.resource, declared, actor):
                action = self.get_action(_runs(declared), action_location)
                if action is not None:
                    actions[action.name] = action
        return actions


def _as_sent(value: object) -> object:
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, datetime) else value


def _is_moderators(resource: Resource, action: RecordAction, actor: Actor) -> bool:
    """Return whether an action opens more rows to this actor than it would without their roles."""
    member = replace(actor, roles=frozenset())
    ours, theirs = (action.rule.scope(who, resource.model) for who in (actor, member))
    return ours is not False and ours != theirs


def _runs(action: RecordAction) -> Callable[..., HttpResponseBase | None]:
    """Return the admin action that runs a declared one on the selected rows, all or none."""

    def run(
        modeladmin: DeclaredAdmin, request: HttpRequest, rows: QuerySet[Record]
    ) -> HttpResponseBase | None:
        if action.takes and CONFIRMED not in request.POST:
            return _asked(modeladmin, request, rows, action)
        sent = {name: request.POST.get(name, "") for name in _input_names(action)}
        for row in rows:
            modeladmin.run_declared(action, acting(request), row, sent)
        count = len(rows)
        done = ngettext("Done for %(count)d record.", "Done for %(count)d records.", count)
        modeladmin.message_user(request, done % {"count": count}, messages.SUCCESS)
        return None

    run.__name__ = f"{action.method.lower()}_{action.name}".replace("-", "_")
    return admin.action(description=cast("str", action.words))(run)


def _input_names(action: RecordAction) -> Sequence[str]:
    return list(action.takes().fields) if action.takes else ()


def _asked(
    modeladmin: DeclaredAdmin, request: HttpRequest, rows: QuerySet[Record], action: RecordAction
) -> TemplateResponse:
    """Return the page that asks for what an action takes."""
    fields = action.takes().fields.values() if action.takes else ()
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": action.words,
        "opts": modeladmin.opts,
        "rows": rows,
        "fields": [(field.field_name, field.label) for field in fields],
        "action": request.POST["action"],
        "confirmed": CONFIRMED,
    }
    return TemplateResponse(request, "resources/admin/action_input.html", context)


def derived_admin(resource: Resource) -> type[DeclaredAdmin]:
    """Make the admin of a resource from what it declares."""
    relations = [
        column.name
        for column in resource.model._meta.concrete_fields
        if isinstance(column, ForeignKey)
    ]
    attributes = {
        "list_display": ("__str__", *_listed(resource)),
        "list_filter": _faceted(resource),
        "list_select_related": tuple(resource.expand) or False,
        "search_fields": tuple(resource.search) or ("id",),
        "ordering": (resource.ordering[0],),
        "autocomplete_fields": tuple(
            name for name in relations if registry.is_registered(resource.target(name))
        ),
        "raw_id_fields": tuple(
            name for name in relations if not registry.is_registered(resource.target(name))
        ),
        "__doc__": f"The admin of {resource}.",
    }
    return type(f"{resource.model.__name__}Admin", (DeclaredAdmin,), attributes)


def register_derived(site: admin.AdminSite, resources: Iterable[Resource]) -> None:
    """Register an admin for every resource that has none of its own."""
    for resource in resources:
        try:
            site.register(resource.model, derived_admin(resource))
        except AlreadyRegistered:
            continue


def _listed(resource: Resource) -> Sequence[str]:
    columns = [resource.column(name) for name in resource.fields if name != "id"]
    narrow = [column.name for column in columns if not _is_wide(column)]
    return narrow[:SHOWN_COLUMNS]


def _is_wide(column: Field[object, object]) -> bool:
    is_embedded = column.is_relation and embedding_of(column.related_model) is not None
    return is_embedded or isinstance(column, WIDE_COLUMNS)


def _faceted(resource: Resource) -> tuple[str, ...]:
    columns = [resource.column(name) for name in resource.fields]
    return tuple(
        column.name
        for column in columns
        if isinstance(column, BooleanField) or (isinstance(column, CharField) and column.choices)
    )
