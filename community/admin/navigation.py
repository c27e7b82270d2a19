"""The admin's menu: what moderators work with first, then the pages of all records by app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _

from community.models import ModerationCase
from community.selectors.queue import waiting_cases
from resources.admin.records import is_admin, is_moderating, is_scoped
from resources.api import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest

    from resources.api import JsonObject

type Item = dict[str, object]
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


def queue(request: HttpRequest) -> Item:
    """Return the entry of the queue, with how many cases wait."""
    cases = admin.site.get_model_admin(ModerationCase).get_queryset(request)
    return {
        "title": _("Queue"),
        "icon": "gavel",
        "link": reverse("admin:moderation_queue"),
        "badge": waiting_cases(cases).count(),
    }


def moderation_log(_request: HttpRequest) -> Item:
    """Return the entry of what moderators did."""
    link = reverse("admin:community_caseaction_changelist")
    return {"title": _("Moderation log"), "icon": "policy", "link": link}


def screening_rules(_request: HttpRequest) -> Item:
    """Return the entry of the rules by which texts are held back."""
    link = reverse("admin:community_screeningrule_changelist")
    return {"title": _("Screening rules"), "icon": "rule", "link": link}


def set_up(_request: HttpRequest) -> Item:
    """Return the entry of what is wrong with the set-up."""
    return {"title": _("Set-up"), "icon": "build", "link": reverse("admin:doctor")}


def background_jobs(_request: HttpRequest) -> Item:
    """Return the entry of the work in the background, with how much of it has failed."""
    return {
        "title": _("Background jobs"),
        "icon": "work_history",
        "link": reverse("admin:resources_job_changelist"),
        "badge": Job.objects.filter(state=JobState.FAILED).count(),
    }


OF_CASES: Sequence[Page] = (overview, queue, moderation_log)
WORKPLACE: Sequence[Page] = (*OF_CASES, screening_rules)
"""The moderators' own pages in the order of the menu: of one room or category, and of all."""


def navigation(request: HttpRequest) -> list[Item]:
    """Return the groups of the menu that are for the user."""
    groups = [_group(app) for app in admin.site.get_app_list(request)]
    pages = WORKPLACE if is_moderating(request) else OF_CASES if is_scoped(request) else ()
    if pages:
        items = [page(request) for page in pages]
        groups.insert(0, {"title": _("Moderation"), "items": items})
    if is_admin(request):
        groups.append(
            {"title": _("Operations"), "items": [set_up(request), background_jobs(request)]}
        )
    return groups


def _group(app: JsonObject) -> Item:
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
