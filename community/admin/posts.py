"""Moderators' view of posts, with their albums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from community.models import Post, PostImage
from files.admin import shown_picture
from resources.admin.derived import derived_admin
from resources.api import registry

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


DerivedPostAdmin: Any = derived_admin(registry.resource_of(Post))


@admin.register(Post)
class PostAdmin(DerivedPostAdmin):
    """Posts, whose pictures are shown where there are only ids."""

    @override
    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> object:
        names = super().get_fields(request, obj)
        return names if obj is None else ["album" if name == "images" else name for name in names]

    @admin.display(description=_("images"))
    def album(self, post: Post) -> SafeString:
        """Show the pictures of a post in their order."""
        entries = PostImage.objects.filter(record=post).order_by("position").select_related("file")
        shown = [(shown_picture(entry.file, 160),) for entry in entries]
        return format_html_join(" ", "{}", shown)
