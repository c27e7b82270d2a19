"""The admin site: the change log, and every resource that has no admin of its own.

Django imports this after the apps above, so what they register stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin

from resources import registry
from resources.models import Change
from resources.records_admin import ReadOnlyAdmin, register_derived

if TYPE_CHECKING:
    from collections.abc import Sequence


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """The change log, for reading only."""

    list_display = ("at", "action", "resource", "record_id", "actor_id", "request_id")
    list_filter = ("resource", "action")
    search_fields = ("record_id", "actor_id", "request_id")
    ordering = ("-id",)
    show_full_result_count = False
    readonly_fields: ClassVar[Sequence[str]] = [
        field.name for field in Change._meta.concrete_fields
    ]


register_derived(admin.site, registry.all_resources())
