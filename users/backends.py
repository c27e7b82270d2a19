"""Sign-in by e-mail address or username."""

from typing import Any, override

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from users.models import User


class IdentityBackend(ModelBackend):
    """Checks a password against the account of an address or a name.

    An unknown identity costs as much time as a wrong password, so neither can be told apart.
    """

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        if not username or password is None:
            return None
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            User().set_password(password)
            return None
        is_right = user.check_password(password)
        # Whether they are barred, and until when, members are told by what lets them in.
        return user if is_right and user.is_active else None

    @override
    def user_can_authenticate(self, user: Any) -> bool:
        """Return whether a cookie session of this member's goes on: not while they are barred."""
        return super().user_can_authenticate(user) and not user.is_barred
