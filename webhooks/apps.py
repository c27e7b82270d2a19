"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Names the app."""

    name = "webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")
