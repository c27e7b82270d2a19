"""The same checks in the admin, for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views import View

from config.doctor.examination import examine
from config.doctor.setup_check import State
from resources.admin.records import is_admin

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse

STATES = {
    State.FAIL: _("to be mended"),
    State.WARN: _("to be looked at"),
    State.OK: _("in order"),
    State.SKIPPED: _("not checked"),
}
"""States by urgency, as readers see them."""


class DoctorView(View):
    """A page of all checks, the urgent ones first."""

    admin_site: AdminSite | None = None

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_admin(request):
            raise PermissionDenied
        order = list(STATES)
        results = sorted(examine(), key=lambda result: order.index(result.state))
        context = {
            **admin.site.each_context(request),
            "title": _("Set-up"),
            "rows": [(result, STATES[result.state]) for result in results],
            "urgent": (State.FAIL, State.WARN),
        }
        return TemplateResponse(request, "config/doctor.html", context)
