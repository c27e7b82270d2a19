"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    """Names the app."""

    name = "community"
    label = "community"
    verbose_name = _("Community")
