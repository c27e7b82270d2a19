"""The admin's menu: what moderators work with first, then the pages of all records by app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _

from resources.admin.records import is_moderating

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest

type Item = dict[str, Any]
type Page = Callable[[HttpRequest], Item]

ICONS = {
    "cards": "playing_cards",
    "card_templates": "dashboard_customize",
    "collections": "collections_bookmark",
    "community": "forum",
    "files": "image",
    "resources": "history",
    "users": "group",
    "webhooks": "webhook",
    "auth": "badge",
}


def overview(_request: HttpRequest) -> Item:
    """Return the entry of the first page."""
    return {"title": _("Overview"), "icon": "monitoring", "link": reverse("admin:index")}


WORKPLACE: Sequence[Page] = (overview,)
"""The moderators' own pages, in the order of the menu."""


def navigation(request: HttpRequest) -> list[Item]:
    """Return the groups of the menu that are for the user."""
    groups = [_group(app) for app in admin.site.get_app_list(request)]
    if is_moderating(request):
        pages = [page(request) for page in WORKPLACE]
        groups.insert(0, {"title": _("Moderation"), "items": pages})
    return groups


def _group(app: Any) -> Item:
    icon = ICONS.get(app["app_label"], "table_rows")
    return {
        "title": app["name"],
        "collapsible": True,
        "items": [
            {"title": model["name"], "icon": icon, "link": model["admin_url"]}
            for model in app["models"]
            if model["admin_url"]
        ],
    }
