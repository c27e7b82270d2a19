"""Moderators' view of screening rules, with what they would have matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from community.models import ScreeningMatch, ScreeningRule
from community.selectors.rule_trials import try_condition
from resources.admin.derived import derived_admin
from resources.admin.records import acting
from resources.api import registry

if TYPE_CHECKING:
    from django.http import HttpRequest

DerivedRuleAdmin: Any = derived_admin(registry.resource_of(ScreeningRule))
DerivedMatchAdmin: Any = derived_admin(registry.resource_of(ScreeningMatch))


@admin.register(ScreeningRule)
class ScreeningRuleAdmin(DerivedRuleAdmin):
    """Rules, each with a page that tries it on what members have written."""

    list_display = ("name", "action", "is_active", "is_dry_run", "created_at")
    list_filter = ("action", "is_active", "is_dry_run")
    search_fields = ("name",)
    actions_detail = ("try_rule",)

    def try_rule(self, request: HttpRequest, object_id: str) -> TemplateResponse:
        """Show what the rule would have matched, a page of past texts at a time."""
        rule = self.get_object(request, object_id)
        if rule is None or not self.has_view_permission(request, rule):
            raise Http404
        cursor = request.GET.get("cursor", "")
        trial = try_condition(rule.condition, rule.resources, by=acting(request), cursor=cursor)
        context = {
            **self.admin_site.each_context(request),
            "title": rule.name,
            "opts": self.opts,
            "rule": rule,
            "trial": trial,
        }
        return TemplateResponse(request, "community/admin/rule_trial.html", context)

    try_rule = action(description=_("Try it on past texts"), url_path="try")(try_rule)


@admin.register(ScreeningMatch)
class ScreeningMatchAdmin(DerivedMatchAdmin):
    """The log of what matched."""

    list_display = ("excerpt", "rule", "member", "resource", "action", "is_dry_run", "created_at")
    list_filter = ("action", "is_dry_run", "resource")
    list_select_related = ("rule", "member")
    search_fields = ("excerpt", "member__username", "rule__name")
