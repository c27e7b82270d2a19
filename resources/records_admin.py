"""The moderators' admin of every resource, derived from its declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.exceptions import AlreadyRegistered
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, CharField, ForeignKey, JSONField, TextField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from resources import changes, registry
from resources.documents.embedding import embedded_members

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Field, QuerySet
    from django.forms import ModelForm
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.models import Record

SHOWN_COLUMNS = 7
MODERATING = frozenset({"moderator", "admin"})
WIDE_COLUMNS = (TextField, JSONField)


def acting(request: HttpRequest) -> Actor:
    """Give the actor behind a request to the admin."""
    actor: Actor | None = import_string(settings.RESOURCES_ACTOR_OF_USER)(request.user.pk)
    if actor is None:
        raise PermissionDenied
    return actor


def is_moderating(request: HttpRequest) -> bool:
    """Tell whether the user of the admin is a moderator, an admin or an operator."""
    user: Any = request.user
    if not user.is_active or not user.is_staff:
        return False
    return bool(user.is_superuser) or not MODERATING.isdisjoint(_roles(user))


def _roles(user: Any) -> frozenset[str]:
    """Give the user's roles, asked for once per request."""
    if not hasattr(user, "admin_roles"):
        user.admin_roles = frozenset(user.groups.values_list("name", flat=True))
    roles: frozenset[str] = user.admin_roles
    return roles


class RecordAdmin(ModelAdmin):
    """An admin whose writes go through the write door like everyone's."""

    list_per_page = 50
    show_full_result_count = False
    empty_value_display = "-"
    warn_unsaved_form = True

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_moderating(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_moderating(request)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_moderating(request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_moderating(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_moderating(request)

    @override
    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool
    ) -> None:
        names = {field.name for field in obj._meta.concrete_fields}
        sent = {name: value for name, value in form.cleaned_data.items() if name in names}
        if change:
            changed = {name: sent[name] for name in form.changed_data if name in sent}
            stored = type(obj)._default_manager.get(pk=obj.pk)
            changes.update(stored, by=acting(request), **changed)
        else:
            created = changes.create(type(obj), by=acting(request), **sent)
            obj.pk, obj._state.adding = created.pk, False

    @override
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        changes.delete(obj, by=acting(request))

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            changes.delete(row, by=acting(request))

    @admin.display(description=_("history"))
    def change_log(self, row: Record) -> SafeString:
        """Link to the row's changes in the log."""
        address = reverse("admin:resources_change_changelist")
        return format_html('<a href="{}?record_id={}">{}</a>', address, row.pk, _("Show changes"))


class AddOnlyAdmin(ModelAdmin):
    """Put before another admin, it leaves what there is as it is."""

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(AddOnlyAdmin):
    """An admin that only shows; put before another, it takes away what changes there."""

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


def derived_admin(resource: Resource) -> type[RecordAdmin]:
    """Make the admin of a resource from what it declares."""
    columns = resource.model._meta.concrete_fields
    kept = [column.name for column in columns if not column.editable]
    counted = [column.name for column in columns if column.name.endswith("_count")]
    relations = [column.name for column in columns if isinstance(column, ForeignKey)]
    attributes = {
        "list_display": ("__str__", *_listed(resource)),
        "list_filter": _faceted(resource),
        "list_select_related": tuple(resource.expand),
        "search_fields": tuple(resource.search) or ("id",),
        "ordering": (resource.ordering[0],),
        "readonly_fields": tuple(dict.fromkeys([*kept, *counted, "change_log"])),
        "autocomplete_fields": tuple(
            name for name in relations if registry.is_registered(resource.target(name))
        ),
        "raw_id_fields": tuple(
            name for name in relations if not registry.is_registered(resource.target(name))
        ),
        "__doc__": f"The admin of {resource}.",
    }
    return type(f"{resource.model.__name__}Admin", (RecordAdmin,), attributes)


def register_derived(site: admin.AdminSite, resources: Iterable[Resource]) -> None:
    """Give an admin to every resource that has none of its own."""
    for resource in resources:
        try:
            site.register(resource.model, derived_admin(resource))
        except AlreadyRegistered:
            continue


def _listed(resource: Resource) -> Sequence[str]:
    columns = [resource.column(name) for name in resource.fields if name != "id"]
    narrow = [column.name for column in columns if not _is_wide(column)]
    return narrow[:SHOWN_COLUMNS]


def _is_wide(column: Field[Any, Any]) -> bool:
    is_embedded = column.is_relation and embedded_members(column.related_model) is not None
    return is_embedded or isinstance(column, WIDE_COLUMNS)


def _faceted(resource: Resource) -> tuple[str, ...]:
    columns = [resource.column(name) for name in resource.fields]
    return tuple(
        column.name
        for column in columns
        if isinstance(column, BooleanField) or (isinstance(column, CharField) and column.choices)
    )
