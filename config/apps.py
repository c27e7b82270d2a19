"""Django's configuration of the app."""

from importlib import import_module
from typing import Any, override

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core.checks import CheckMessage, Tags, register
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    """Names the app."""

    name = "config"
    label = "config"
    verbose_name = _("Config")


class ThemeConfig(AppConfig):
    """Names the admin's theme (django-unfold), whose own configuration loads all of it."""

    name = "unfold"


def check_pages(**given: Any) -> list[CheckMessage]:
    """Load all pages of the admin and check them."""
    import_module("config.admin_urls")
    return list(check_admin_app(**given))


class SiteConfig(SimpleAdminConfig):
    """Django's admin, with a page for every resource that no app has registered.

    Pages are loaded with their addresses: they take long, and most processes show none.
    """

    default_site = "resources.admin.site.AdminSite"

    @override
    def ready(self) -> None:
        register(check_dependencies, Tags.admin)
        register(check_pages, Tags.admin)
        import_module("config.business_metrics")
        import_module("server.cache_metrics")
