"""Django's configuration of the app."""

from importlib import import_module
from typing import override

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RealtimeConfig(AppConfig):
    """Names the app."""

    name = "realtime"
    label = "realtime"
    verbose_name = _("Realtime")

    @override
    def ready(self) -> None:
        # Every process that writes rings; models, which this needs, are loaded only now.
        import_module("realtime.bell")
        import_module("realtime.exporter")
