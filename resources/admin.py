"""The admin site: the change log, and every resource that has no admin of its own.

Django imports this after the apps above, so what they register stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, override

from django.contrib import admin
from unfold.admin import ModelAdmin

from resources import registry
from resources.models import Change
from resources.records_admin import register_derived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest


@admin.register(Change)
class ChangeAdmin(ModelAdmin):
    """The change log, for reading only."""

    list_display = ("at", "action", "resource", "record_id", "actor_id", "request_id")
    list_filter = ("resource", "action")
    search_fields = ("record_id", "actor_id", "request_id")
    ordering = ("-id",)
    show_full_result_count = False
    readonly_fields: ClassVar[Sequence[str]] = [
        field.name for field in Change._meta.concrete_fields
    ]

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


register_derived(admin.site, registry.all_resources())
