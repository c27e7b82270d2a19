"""Where staff turn on a second factor before they do anything else in the admin."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, override

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from unfold.widgets import BASE_INPUT_CLASSES

from resources.api import Problem
from users.models import User
from users.services.factors import confirm_totp, factors_of, pending_totp
from users.services.login_throttle import consume_code_attempt, refund_code_attempt
from users.services.step_up import require_password
from users.views.endpoints import caller_behind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


WORDS = {
    "title": _("Second factor"),
    "asked": _(
        "Staff need a second factor here. Enter this key in an authenticator app, then the code"
        " that the app shows."
    ),
    "button": _("Turn on"),
    "done": _(
        "Your second factor is on. Write these recovery codes down: each gets you in once when the"
        " app is lost, and they are shown this once."
    ),
    "next_app": _("I have written them down"),
}
CLASSES = " ".join(BASE_INPUT_CLASSES)


class EnrolmentForm(forms.Form):
    """The password again, as a cookie alone must not set up a second factor, and a first code."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": CLASSES}),
    )
    code = forms.CharField(
        label=_("Code of the authenticator app"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "class": CLASSES}),
    )


class EnrolmentPage(FormView[EnrolmentForm]):
    """Shows the secret of an authenticator app, takes its first code, shows recovery codes once."""

    form_class = EnrolmentForm
    template_name = "users/admin_second_factor.html"

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.member = User.objects.get(pk=str(request.user.pk))
        if factors_of(self.member):
            return HttpResponseRedirect(reverse("admin:index"))
        return super().dispatch(request, *args, **kwargs)

    @override
    def get_context_data(self, **context: object) -> dict[str, object]:
        shown = {**admin.site.each_context(self.request), **WORDS}
        if "recovery_codes" not in context:
            secret, uri = pending_totp(self.member)
            shown |= {"secret": " ".join(wrap(secret, 4)), "uri": uri}
        return super().get_context_data(**shown, **context)

    @override
    def form_valid(self, form: EnrolmentForm) -> HttpResponse:
        try:
            codes = self._confirmed(form)
        except Problem as problem:
            field = "password" if problem.errors else "code"
            message = problem.errors[0].message if problem.errors else problem.detail
            form.add_error(field, str(message))
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=None, recovery_codes=codes))

    def _confirmed(self, form: EnrolmentForm) -> object:
        """Hold password and code against the member; raises Problem 400 and 429."""
        caller = caller_behind(self.request)
        password, code = form.cleaned_data["password"], form.cleaned_data["code"]
        require_password(self.member, password, caller=caller, field="password")
        consume_code_attempt(self.member)
        codes = confirm_totp(self.member, code, caller=caller)
        refund_code_attempt(self.member)
        return codes
