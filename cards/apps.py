"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CardsConfig(AppConfig):
    """Names the app."""

    name = "cards"
    label = "cards"
    verbose_name = _("Cards")
