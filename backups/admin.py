"""Past backups, as operators see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.contrib import admin
from unfold.admin import ModelAdmin

from backups.models import Backup

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Backup)
class BackupAdmin(ModelAdmin):
    """Backups can be looked at; `./holo backup` makes them."""

    list_display = ("name", "started_at", "finished_at", "size", "rows", "files", "error")
    list_filter = ("started_at",)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Backup | None = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Backup | None = None) -> bool:
        return False
