"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Names the app."""

    name = "files"
    label = "files"
    verbose_name = _("Files")
