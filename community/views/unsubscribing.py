"""Ending digests by the address in each of them, without signing in (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from community.services.digests import stop_digests
from users.views.pages import LinkPage

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpResponse


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribePage(LinkPage):
    """A page with a button for people, and a POST for mail programs, which bring no cookie.

    Whoever has the address may.
    """

    title = gettext_lazy("Stop the digests")

    @override
    def form_valid(self, form: forms.Form) -> HttpResponse:
        if not stop_digests(self.kwargs["key"]):
            raise Http404
        return self.told(_("You get no more digests. Your inbox has a setting to have them again."))
