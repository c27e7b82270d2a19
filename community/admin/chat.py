"""Moderators' view of chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.contrib import admin

from community.models import Message
from community.services.chat import delete_message
from resources.admin.derived import DeclaredAdmin
from resources.admin.records import RecordAdmin, acting, is_moderating

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    from resources.api import Actor, RecordAction


@admin.register(Message)
class MessageAdmin(DeclaredAdmin):
    """What members say: moderators hide and delete it, in private rooms too.

    The API shows moderators no private rooms that they are not in, so the rows and the services are
    asked for here directly.
    """

    list_display = ("__str__", "room", "author", "is_hidden", "edited_at", "created_at")
    list_filter = ("is_hidden", "room__is_private")
    list_select_related = ("room", "author")
    search_fields = ("body", "room__title", "author__username")
    ordering = ("-created_at",)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: QuerySet[Message] = RecordAdmin.get_queryset(self, request)
        return rows

    @override
    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_moderating(request)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_moderating(request)

    @override
    def run_declared(
        self, action: RecordAction, by: Actor, row: Model, sent: dict[str, str]
    ) -> None:
        action.service(row, by=by)

    @override
    def delete_model(self, request: HttpRequest, obj: Message) -> None:
        delete_message(obj, by=acting(request))

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        for message in queryset:
            delete_message(message, by=acting(request))
