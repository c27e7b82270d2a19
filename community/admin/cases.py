"""All cases, decided ones too, each with a way to its page in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from community.models import (
    Appeal,
    CaseAction,
    CaseEvent,
    CaseNote,
    ModerationCase,
    Report,
)
from community.resources.moderation import HANDLERS, OF_THE_CASE
from resources.admin.derived import derived_admin
from resources.admin.history import NAMES
from resources.api import registry

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

LONGEST_SUMMARY = 90

DerivedCaseAdmin: Any = derived_admin(registry.resource_of(ModerationCase))


def summary_of(case: ModerationCase) -> str:
    """Return what a case is about in a line: the title or the first words of the content.

    A member without a text is named, any other record called what it is.
    """
    names = (str(case.content[name]) for name in NAMES if case.content.get(name))
    return Truncator(next(names, "") or _nameless(case)).chars(LONGEST_SUMMARY)


def _nameless(case: ModerationCase) -> str:
    if case.subject and case.subject_id == case.target_id:
        return str(case.subject.username)
    resource = registry.named(case.target_resource)
    return str(resource.model._meta.verbose_name) if resource else case.target_resource


def case_address(case: ModerationCase) -> str:
    """Return the address of a case's page in the queue."""
    return reverse("admin:moderation_case", kwargs={"case_id": case.pk})


@admin.register(ModerationCase)
class ModerationCaseAdmin(DerivedCaseAdmin):
    """Cases by what they are about."""

    list_display = ("summary", "kind", "state", "decision", "subject", "score", "created_at")
    list_filter = ("kind", "state", "decision", "target_resource")
    list_select_related = ("subject",)
    search_fields = ("subject__username", "reason")
    ordering = ("-created_at",)
    extra_fields = ("page",)
    scoped = HANDLERS

    @admin.display(description=_("what it is about"))
    def summary(self, case: ModerationCase) -> str:
        """Return the title or the first words of the content."""
        return summary_of(case)

    @admin.display(description=_("page in the queue"))
    def page(self, case: ModerationCase) -> SafeString:
        """Link to where the case is decided."""
        return format_html('<a href="{}">{}</a>', case_address(case), summary_of(case))


def _register_of_cases() -> None:
    """Register what belongs to cases: moderators of one room or category find that of theirs."""
    for model in (Appeal, CaseAction, CaseEvent, CaseNote, Report):
        derived = derived_admin(registry.resource_of(model))
        derived.scoped = OF_THE_CASE
        admin.site.register(model, derived)


_register_of_cases()
