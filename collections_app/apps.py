"""Django's configuration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionsConfig(AppConfig):
    """Names the app."""

    name = "collections_app"
    label = "collections"
    verbose_name = _("Collections")
