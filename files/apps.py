"""Django's configuration of the app."""

from importlib import import_module
from typing import override

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Names the app."""

    name = "files"
    label = "files"
    verbose_name = _("Files")

    @override
    def ready(self) -> None:
        # Models, which this needs, are loaded only now.
        import_module("files.uploads.exporter")
