"""What every admin of records shares: who may enter, and the write door behind its forms."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, override

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from resources import changes, registry
from resources.admin.history import HistoryAdmin
from resources.admin.refusals import RefusalsAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import ModelForm
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.models import Record

MODERATING = frozenset({"moderator", "admin"})
SCOPED = "scoped_moderator"
"""The role of those who moderate one part of the community."""


def acting(request: HttpRequest) -> Actor:
    """Return the actor behind a request to the admin, asked for once per request.

    Raises PermissionDenied without one.
    """
    user: Any = request.user
    if not hasattr(user, "acting"):
        user.acting = import_string(settings.RESOURCES_ACTOR_OF_USER)(user.pk)
    actor: Actor | None = user.acting
    if actor is None:
        raise PermissionDenied
    return actor


def is_moderating(request: HttpRequest) -> bool:
    """Return whether the user of the admin is a moderator, an admin or an operator."""
    return not MODERATING.isdisjoint(staff_roles(request))


def is_scoped(request: HttpRequest) -> bool:
    """Return whether the user of the admin moderates one part of the community and no more."""
    roles = staff_roles(request)
    return SCOPED in roles and MODERATING.isdisjoint(roles)


def is_admin(request: HttpRequest) -> bool:
    """Return whether the user of the admin is an admin or an operator."""
    return "admin" in staff_roles(request)


def staff_roles(request: HttpRequest) -> frozenset[str]:
    """Return the roles of a member of the staff, asked for once per request."""
    user: Any = request.user
    if not user.is_active or not user.is_staff:
        return frozenset()
    if not hasattr(user, "admin_roles"):
        groups = user.groups.values_list("name", flat=True)
        user.admin_roles = MODERATING if user.is_superuser else frozenset(groups)
    roles: frozenset[str] = user.admin_roles
    return roles


class LookupAdmin(ModelAdmin):
    """An admin whose lists can be narrowed in their address by lookups of one value alone."""

    @override
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # Django passes a text on as the two ends of a range, letter by letter.
        if lookup.endswith("__range"):
            return False
        return bool(super().lookup_allowed(lookup, value, request))


class RecordAdmin(HistoryAdmin, RefusalsAdmin, LookupAdmin):
    """An admin whose writes go through the write door like everyone's."""

    list_per_page = 50
    show_full_result_count = False
    empty_value_display = "-"
    warn_unsaved_form = True

    @cached_property
    def resource(self) -> Resource:
        """Return the resource that the admin shows."""
        return registry.resource_of(self.model)

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
            # One of the rows before it may have taken it along.
            if self.model._default_manager.filter(pk=row.pk).exists():
                self.delete_model(request, row)

    @override
    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Ask for the permission to delete these rows alone: services take care of the others."""
        doomed, counts, _needed, protected = super().get_deleted_objects(objs, request)
        is_permitted = all(self.has_delete_permission(request, row) for row in objs)
        needed = set() if is_permitted else {self.opts.verbose_name}
        return doomed, counts, needed, protected

    @admin.display(description=_("history"))
    def change_log(self, row: Record) -> SafeString:
        """Link to what happened to the row."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_history"
        return format_html('<a href="{}">{}</a>', reverse(page, args=[row.pk]), _("Show changes"))


class AddOnlyAdmin(LookupAdmin):
    """Put before another admin, it leaves what there is as it is."""

    @override
    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReadOnlyAdmin(AddOnlyAdmin):
    """An admin that only shows; put before another, it takes away what changes there."""

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
