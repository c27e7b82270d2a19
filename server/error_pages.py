"""Errors outside the API's views: pages for people in the admin, problem documents for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from resources import context
from resources.errors import Problem, as_problem, not_permitted, not_visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from users.models import User


@csrf_exempt
def not_found(request: HttpRequest, exception: object = None) -> HttpResponse:
    """Answer an address that does not exist."""
    del exception
    return answer(request, not_visible())


def malformed_problem() -> Problem:
    """Say that a request makes no sense (400)."""
    return Problem(400, "malformed", _("The request can't be understood."))


def malformed(request: HttpRequest, exception: object = None) -> HttpResponse:
    """Answer what makes no sense, such as a host that is not ours or a field that is not there."""
    del exception
    return answer(request, malformed_problem())


def forbidden(request: HttpRequest, exception: object = None) -> HttpResponse:
    """Answer what may not be done."""
    del exception
    return answer(request, not_permitted())


def crashed(request: HttpRequest) -> HttpResponse:
    """Answer a bug: no details leave the server, the request id finds them in its log.

    A partner that failed where no view could catch it, in a session for example, is no bug.
    """
    error = sys.exc_info()[1]
    known = as_problem(error) if isinstance(error, Exception) else None
    if known and known.status >= 500:
        return known.response()
    problem = Problem(500, "internal_error", _("Something went wrong on our side."))
    if not _is_in_admin(request):
        return problem.response()
    shown = {
        "detail": problem.detail,
        "language": translation.get_language(),
        "request_id": context.request_id(),
    }
    return HttpResponse(render_to_string("config/admin_crash.html", shown), status=500)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Tell a problem: in the admin's theme to who works there, else as a document."""
    user: User | AnonymousUser | None = getattr(request, "user", None)
    if not (_is_in_admin(request) and user is not None and user.is_staff):
        return problem.response()
    shown = {**admin.site.each_context(request), "title": problem.detail, "detail": problem.detail}
    return render(request, "config/admin_error.html", shown, status=problem.status)


def _is_in_admin(request: HttpRequest) -> bool:
    return request.path.startswith("/admin")
