"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RealtimeConfig(AppConfig):
    """Names the app."""

    name = "realtime"
    label = "realtime"
    verbose_name = _("Realtime")
