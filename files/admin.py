"""Pictures on pages of the admin, and uploads: who sends what, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from files.access.signatures import signed_address
from files.models import Upload
from files.uploads.ending import end_uploads
from resources.admin.records import is_admin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from files.models import File


def shown_picture(file: File, width: int) -> SafeString:
    """Return a picture as HTML, `width` pixels wide."""
    # The theme's `max-width: 100%` would leave nothing of it in a narrow table.
    style = f"width:{width}px;max-width:none;border-radius:{max(4, width // 20)}px"
    address = signed_address(file.key)
    return format_html('<img src="{}" alt="" loading="lazy" style="{}">', address, style)


@admin.register(Upload)
class UploadAdmin(ModelAdmin):
    """Shows uploads, and ends those that are in the way."""

    list_display = (
        "name",
        "owner",
        "kind",
        "state",
        "offset",
        "length",
        "created_at",
        "expires_at",
    )
    list_filter = ("state", "kind")
    search_fields = ("name", "owner__username")
    list_select_related = ("owner",)
    ordering = ("-created_at",)
    fields = (
        "id",
        "owner",
        "name",
        "field",
        "kind",
        "state",
        "offset",
        "length",
        "created_at",
        "expires_at",
    )
    readonly_fields = fields
    actions: ClassVar[list[str]] = ["end"]

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_admin(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_admin(request)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.action(description=_("End uploads"), permissions=["delete"])
    def end(self, request: HttpRequest, queryset: QuerySet[Upload]) -> None:
        """End uploads and delete what there is of them."""
        del request
        end_uploads(queryset)

    @override
    def delete_model(self, request: HttpRequest, obj: Upload) -> None:
        end_uploads(Upload.objects.filter(pk=obj.pk))

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Upload]) -> None:
        end_uploads(queryset)
