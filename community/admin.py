"""Moderators' view of chat."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from community.models import Message
from resources import registry
from resources.derived_admin import derived_admin

DerivedMessageAdmin: Any = derived_admin(registry.resource_of(Message))


@admin.register(Message)
class MessageAdmin(DerivedMessageAdmin):
    """What members say: moderators hide and delete it, nobody writes it for them."""

    list_display = ("__str__", "room", "author", "is_hidden", "edited_at", "created_at")
    list_filter = ("is_hidden", "room__is_private")
    list_select_related = ("room", "author")
    search_fields = ("body", "room__title", "author__username")
    ordering = ("-created_at",)
