"""Django's configuration of the app."""

from importlib import import_module
from typing import override

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

from config.libraries import adapt_theme


class ConfigConfig(AppConfig):
    """Names the app."""

    name = "config"
    label = "config"
    verbose_name = _("Config")

    @override
    def ready(self) -> None:
        adapt_theme()


class SiteConfig(AdminConfig):
    """Django's admin, with a page for every resource that no app has registered."""

    default_site = "resources.admin.site.AdminSite"

    @override
    def ready(self) -> None:
        super().ready()
        import_module("resources.admin.jobs")
        import_module("resources.admin.change_log")
        import_module("config.business_metrics")
        import_module("server.cache_metrics")
