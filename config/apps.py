"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    """Names the app."""

    name = "config"
    label = "config"
    verbose_name = _("Config")
