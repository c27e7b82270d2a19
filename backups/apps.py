"""The app of backups."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackupsConfig(AppConfig):
    """Keeps what is known of past backups."""

    name = "backups"
    verbose_name = _("Backups")
