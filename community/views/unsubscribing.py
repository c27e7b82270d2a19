"""Ending digests by the address in each of them, without signing in (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django import forms
from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView

from community.services.digests import stop_digests

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.functional import Promise


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribePage(FormView[forms.Form]):
    """A page with a button for people, and a POST for mail programs, which bring no cookie.

    Whoever has the address may; opening it alone does nothing, as mail scanners do that.
    """

    title: ClassVar[str | Promise] = gettext_lazy("Stop the digests")
    template_name = "users/page.html"
    form_class = forms.Form

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "no-store"
        return response

    @override
    def get_context_data(self, **context: object) -> dict[str, object]:
        return super().get_context_data(title=self.title, **context)

    @override
    def form_valid(self, form: forms.Form) -> HttpResponse:
        if not stop_digests(self.kwargs["key"]):
            raise Http404
        words = _("You get no more digests. Your inbox has a setting to have them again.")
        return self.render_to_response(self.get_context_data(form=None, words=words))
