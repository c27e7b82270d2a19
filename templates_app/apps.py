"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TemplatesConfig(AppConfig):
    """Names the app."""

    name = "templates_app"
    label = "card_templates"
    verbose_name = _("Templates")
