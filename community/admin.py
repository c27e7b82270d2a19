"""Moderators' view of chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from community.models import Message
from community.services import delete_message, hide_message, show_message
from resources.admin.records import RecordAdmin, acting

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    """What members say: moderators hide and delete it, nobody writes it for them."""

    list_display = ("__str__", "room", "author", "is_hidden", "edited_at", "created_at")
    list_filter = ("is_hidden", "room__is_private")
    list_select_related = ("room", "author")
    search_fields = ("body", "room__title", "author__username")
    ordering = ("-created_at",)
    fields = ("room", "author", "body", "is_hidden", "edited_at", "change_log")
    readonly_fields = ("room", "author", "body", "edited_at", "change_log")
    actions = ("hide", "show")

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def delete_model(self, request: HttpRequest, obj: Message) -> None:
        delete_message(obj, by=acting(request))

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for message in queryset:
            delete_message(message, by=acting(request))

    @admin.action(description=_("Hide the selected messages"))
    def hide(self, request: HttpRequest, messages: QuerySet[Message]) -> None:
        """Hide messages from all but their authors and those who keep the room."""
        for message in messages:
            hide_message(message, by=acting(request))

    @admin.action(description=_("Show the selected messages"))
    def show(self, request: HttpRequest, messages: QuerySet[Message]) -> None:
        """Show hidden messages again."""
        for message in messages:
            show_message(message, by=acting(request))
