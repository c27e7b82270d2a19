"""The admin of the change log, and of every resource that no app has registered.

Import it after the apps' own admin modules: what they register stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from resources import registry
from resources.admin.derived import register_derived
from resources.admin.history import NAMES, changed_record, described, former_name, record_id
from resources.admin.records import ReadOnlyAdmin, is_moderating
from resources.models import Action, Change
from resources.search.matching import entries_matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """The change log of what its reader may look at, found by name, record and actor."""

    list_display = ("at", "actor", "action", "resource", "record", "what")
    list_display_links = ("at",)
    list_filter = ("resource", "action")
    search_fields = ("record_id",)
    search_help_text = _("The name or id of a record, or of who changed it; a request's id.")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    fields = ("at", "actor", "action", "resource", "record", "what", "request_id")
    readonly_fields = fields

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_moderating(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_moderating(request)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        members = get_user_model()._default_manager.filter(pk=OuterRef("actor_id"))
        rows: QuerySet[Change] = super().get_queryset(request)
        rows = rows.annotate(actor_name=Subquery(members.values("username")[:1]))
        return rows.filter(resource__in=list(self._viewable(request)))

    def _viewable(self, request: HttpRequest) -> Iterator[str]:
        """Return the resources whose own admin the user may look into."""
        for resource in registry.all_resources():
            pages = self.admin_site._registry.get(resource.model)
            if pages is not None and pages.has_view_permission(request):
                yield resource.name

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        term = search_term.strip()
        return (queryset.filter(_matching(term)) if term else queryset), False

    @admin.display(description=_("who"), ordering="actor_id")
    def actor(self, change: Any) -> str:
        """Return the name of who did it."""
        return change.actor_name or (str(change.actor_id) if change.actor_id else "-")

    @admin.display(description=_("record"))
    def record(self, change: Change) -> str:
        """Return the record's name, as a link while there is one."""
        row = changed_record(change)
        if row is None:
            return former_name(change)
        page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        return format_html('<a href="{}">{}</a>', reverse(page, args=[row.pk]), row)

    @admin.display(description=_("what"))
    def what(self, change: Change) -> str:
        """Return what was done, in words."""
        return described(change)


def _matching(term: str) -> Q:
    """Return which changes a search asks for."""
    identifier = record_id(term)
    if identifier is not None:
        return Q(record_id=identifier) | Q(actor_id=identifier)
    members = get_user_model()._default_manager.filter(username__icontains=term)
    entries = entries_matching(term)
    gone = Change.objects.filter(_named(term), action__in=[Action.DELETE, Action.CREATE])
    return (
        Q(actor_id__in=members.values("pk"))
        | Q(record_id__in=members.values("pk"))
        | Q(record_id__in=entries.values("record_id"))
        | Q(record_id__in=gone.values("record_id"))
        | Q(request_id=term)
    )


def _named(term: str) -> Q:
    """Return which changes have a name like the term in their images."""
    found = Q()
    for name in NAMES:
        found |= Q((f"before__{name}__icontains", term)) | Q((f"after__{name}__icontains", term))
    return found


register_derived(admin.site, registry.all_resources())
