"""The form that moderators sign in to the admin by."""

from __future__ import annotations

from typing import override

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import (
    AdminOwnPasswordChangeForm,
    AdminPasswordChangeForm,
    AuthenticationForm,
)
from unfold.widgets import BASE_INPUT_CLASSES

from resources.api import Actor, AddressThrottle, Problem, address_of_request, consume_quota, seal
from users.callers import Caller, caller_of
from users.models import EventKind, User
from users.services import login_throttle
from users.services.accounts import change_password
from users.services.events import record_event
from users.services.factors import factors_of, require_factor
from users.services.sessions import require_not_barred
from users.tasks import record_failed_sign_in


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """A moderator's own new password: as by the API, every session ends with the old one."""

    def clean_old_password(self) -> str:
        """Check the old password, which is no easier to guess here than elsewhere."""
        try:
            login_throttle.consume_code_attempt(self.user)
        except Problem as problem:
            raise ValidationError(str(problem.detail), code=problem.code) from None
        password: str = super().clean_old_password()
        login_throttle.refund_code_attempt(self.user)
        return password

    @override
    def save(self, commit: bool = True) -> object:
        # What a request gives as its user is lazy, and no row.
        user = User.objects.get(pk=self.user.pk)
        change_password(user, self.cleaned_data["new_password1"])
        return user


class MemberPasswordForm(AdminPasswordChangeForm):
    """A member's new password, set by an operator: every session of theirs ends."""

    @override
    def save(self, commit: bool = True) -> object:
        change_password(self.user, self.cleaned_data["password1"])
        return self.user


class SignInForm(AuthenticationForm):
    """Password and, for accounts that have one, second factor: limited as the API's sign-in is."""

    code = forms.CharField(
        label=_("Code of the second factor"),
        help_text=_("If your account has an authenticator app: its code, or a recovery code."),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "class": " ".join(BASE_INPUT_CLASSES)}
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # An e-mail address does as well.
        self.fields["username"].widget.attrs["maxlength"] = 254

    @override
    def clean(self) -> dict[str, object]:
        if not self.errors:
            try:
                self.user_cache = self._member()
            except Problem as problem:
                raise ValidationError(str(problem.detail), code=problem.code) from None
        return dict(self.cleaned_data)

    def _member(self) -> User:
        """Find out who signs in; raises Problem and ValidationError."""
        caller = caller_of(self.request.META, address_of_request(self.request))
        user = self._by_password(caller)
        require_not_barred(user)
        self.confirm_login_allowed(user)
        if factors_of(user):
            self._require_code(user, caller)
        by = Actor(user.pk)
        record_event(user, EventKind.SIGNED_IN, by=by, caller=caller, method="admin")
        return user

    def _by_password(self, caller: Caller) -> User:
        identity, password = self.cleaned_data["username"], self.cleaned_data["password"]
        consume_quota(AddressThrottle.scope, caller.network)
        login_throttle.consume_attempt(identity, caller)
        user = authenticate(self.request, username=identity, password=password)
        if not isinstance(user, User):
            # Later, as only accounts that there are have an activity to write it into.
            record_failed_sign_in.enqueue(seal(identity), seal(caller.address), caller.device)
            raise self.get_invalid_login_error()
        login_throttle.refund_attempt(identity, caller)
        return user

    def _require_code(self, user: User, caller: Caller) -> None:
        code = self.cleaned_data["code"]
        if not code:
            message = _("Enter the code of your second factor.")
            raise ValidationError({"code": ValidationError(message, "second_factor_needed")})
        require_factor(user, code, caller=caller)
