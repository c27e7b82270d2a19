"""Pages behind the links in mails, for installations whose card site has none of its own.

A link only shows a page: it takes a click there to use it up, as mail scanners follow links, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from resources.api import Problem
from users.models import Purpose, User
from users.services.accounts import change_address, reset_password, verify_address
from users.services.proofs import account_of, proof_by_token
from users.tasks import mail_previous_address
from users.views.endpoints import caller_behind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.functional import Promise

    from users.models import Proof


class LinkPage(FormView[forms.Form]):
    """A page that a link in a mail leads to: a button, and then what has come of it.

    Opening the link alone does nothing, as mail scanners do that.
    """

    title: ClassVar[str | Promise]
    template_name = "users/page.html"
    form_class: type[forms.Form] = forms.Form

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # The address has a token in it, which no other site needs to see. With `no-referrer`,
        # browsers would send the form with `Origin: null`, which the check against forgery refuses.
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "no-store"
        return response

    @override
    def get_context_data(self, **context: object) -> dict[str, object]:
        return super().get_context_data(title=self.title, **context)

    def told(self, words: str | Promise) -> HttpResponse:
        """Return the page with these words in place of the button."""
        context = self.get_context_data(form=None, words=words)
        return self.render_to_response(context)


class ProofPage(LinkPage):
    """A page with a button that uses a link up."""

    purpose: ClassVar[Purpose]
    done: ClassVar[str | Promise]

    @override
    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            proof = proof_by_token(self.purpose, self.request.GET.get("token", ""))
            self.use(proof, form)
        except Problem as problem:
            return self.told(problem.detail)
        except IntegrityError:
            return self.told(_("The address or the name has been taken meanwhile."))
        return self.told(self.done)

    def use(self, proof: Proof, form: forms.Form) -> None:
        """Do what the link is for."""
        raise NotImplementedError


class VerifyPage(ProofPage):
    """Confirms an address."""

    purpose = Purpose.VERIFY
    title = gettext_lazy("Confirm your address")
    done = gettext_lazy("Your address is confirmed. You can sign in now.")

    @override
    def use(self, proof: Proof, form: forms.Form) -> None:
        verify_address(proof)


class ChangePage(ProofPage):
    """Confirms another address for an account."""

    purpose = Purpose.CHANGE
    title = gettext_lazy("Confirm your new address")
    done = gettext_lazy("Your account has this address from now on.")

    @override
    def use(self, proof: Proof, form: forms.Form) -> None:
        with transaction.atomic():
            change_address(proof, caller=caller_behind(self.request))
            mail_previous_address.enqueue(str(proof.pk))


class ResetPage(ProofPage):
    """Sets a new password."""

    purpose = Purpose.RESET
    title = gettext_lazy("Set a new password")
    done = gettext_lazy("Your new password is set. You can sign in now.")
    form_class = SetPasswordForm

    @override
    def get_form_kwargs(self) -> dict[str, object]:
        return super().get_form_kwargs() | {"user": self._account()}

    @override
    def use(self, proof: Proof, form: forms.Form) -> None:
        reset_password(proof, form.cleaned_data["new_password1"])

    def _account(self) -> User:
        """Return the account whose name and address the password must not be like."""
        try:
            proof = proof_by_token(self.purpose, self.request.GET.get("token", ""))
        except Problem:
            return User()
        return account_of(proof) or User()
