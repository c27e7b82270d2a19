"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    """Names the app."""

    name = "users"
    label = "users"
    verbose_name = _("Users")
