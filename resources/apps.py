"""Django's configuration of the engine."""

from typing import override

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from resources import registry
from resources.checks import check_declarations


class ResourcesConfig(AppConfig):
    """Finds every app's declarations and checks them at start-up."""

    name = "resources"
    verbose_name = _("Resources")

    @override
    def ready(self) -> None:
        registry.discover()
        register(check_declarations, "declarations")
