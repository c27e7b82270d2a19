"""What happened to a record, told from the change log in the words of its admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, override

from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from resources import registry
from resources.fields import RecordIdField
from resources.models import Action, Change

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import Model
    from django.http import HttpRequest, HttpResponse

    from resources.declaration import Resource

PAGE = 100
LONGEST_VALUE = 80
NAMES = ("title", "name", "username", "text", "body")
HIDDEN = frozenset({"id", "revision", "updated_at", "created_at"})


@dataclass(frozen=True)
class HistoryEntry:
    """One change, as the theme's history page shows it."""

    action_time: datetime
    actor: str
    message: str

    @property
    def user(self) -> HistoryEntry:
        """Return who did it, as the page asks for a user."""
        return self

    def get_username(self) -> str:
        """Return the actor's name."""
        return self.actor

    def get_full_name(self) -> str:
        """Return nothing more: names are usernames."""
        return ""

    def get_change_message(self) -> str:
        """Return what was done."""
        return self.message


class HistoryAdmin(ModelAdmin):
    """An admin whose history page is the record's part of the change log."""

    @override
    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        resource = registry.resource_of(self.model)
        logged = Change.objects.filter(resource=resource.name, record_id=row.pk).order_by("-id")
        paginator = self.get_paginator(request, logged, PAGE)
        page = paginator.get_page(request.GET.get("p"))
        page.object_list = history_entries(list(page.object_list))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % row,
            "subtitle": None,
            "action_list": page,
            "page_range": paginator.get_elided_page_range(page.number),
            "page_var": "p",
            "pagination_required": paginator.count > PAGE,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": row,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)


def history_entries(logged: Sequence[Change]) -> Sequence[HistoryEntry]:
    """Return changes in plain words, their actors named by one query."""
    names = actor_names({change.actor_id for change in logged if change.actor_id})
    return [
        HistoryEntry(
            change.at,
            names.get(change.actor_id, "") if change.actor_id else "",
            described(change),
        )
        for change in logged
    ]


def actor_names(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the usernames of members by id."""
    members = get_user_model()._default_manager.filter(pk__in=ids)
    return dict(members.values_list("pk", "username"))


def described(change: Change) -> str:
    """Return what a change did: `changed: title “Dragon” → “Wyvern”`."""
    resource = registry.named(change.resource)
    if resource is None or change.action != Action.UPDATE:
        return str(change.get_action_display())
    steps = [
        f"{_label(resource, name)} {_shown(change.before.get(name))} → {_shown(value)}"
        for name, value in readable(resource, change.after).items()
    ]
    return f"{change.get_action_display()}: {'; '.join(steps)}" if steps else _("internal values")


def readable(resource: Resource, image: Mapping[str, object]) -> Mapping[str, object]:
    """Return those columns of a logged row that the resource shows to everyone who may view it."""
    open_fields = {name for name in resource.fields if name not in resource.readers} - HIDDEN
    columns = {resource.column(name).attname for name in open_fields}
    return {name: value for name, value in image.items() if name in columns}


def changed_record(change: Change) -> Model | None:
    """Return the record that was changed, if it is still there."""
    resource = registry.named(change.resource)
    return resource.model._default_manager.filter(pk=change.record_id).first() if resource else None


def former_name(change: Change) -> str:
    """Return what a record that is gone was called; its id without a name."""
    images = (change.before, change.after)
    names = (str(image[name]) for image in images for name in NAMES if image.get(name))
    return Truncator(next(names, str(change.record_id))).chars(LONGEST_VALUE)


def record_id(text: str) -> UUID | None:
    """Return a text as a record's id, or None if it is none."""
    try:
        found: UUID | None = RecordIdField().to_python(text)
    except ValidationError:
        return None
    return found


def _label(resource: Resource, attribute: str) -> str:
    return str(resource.column(attribute.removesuffix("_id")).verbose_name)


def _shown(value: object) -> str:
    if value in (None, "", [], {}):
        return "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"“{Truncator(str(value)).chars(LONGEST_VALUE)}”"
