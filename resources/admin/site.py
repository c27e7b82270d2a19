"""The site of the admin: what all its pages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from unfold.sites import UnfoldAdminSite

from resources.admin.records import acting, staff_roles
from resources.byte_cache import ByteCache

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.http import HttpRequest

    type Apps = dict[str, dict[str, Any]]

MOST_BYTES = 4_000_000
BYTES_OF_A_MODEL = 2_000


class AdminSite(UnfoldAdminSite):
    """The theme's site, which works out what a user may see again only when their rights change.

    Every page has a menu of it. It costs four rules and two addresses a model, a third of a page.
    """

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._known: ByteCache[Apps] = ByteCache(MOST_BYTES)

    @override
    def _build_app_dict(self, request: HttpRequest, label: str | None = None) -> Apps:
        user = request.user
        if not user.is_active or not user.is_staff:
            return self._app_dict(request, label)
        key = (label, get_language(), get_script_prefix(), *_rights(request))
        found = self._known.get(key)
        if found is None:
            found = self._app_dict(request, label)
            models = sum(len(app["models"]) for app in found.values())
            self._known.put(key, found, models * BYTES_OF_A_MODEL)
        # Whoever gets it sorts it in place.
        return {
            name: {**app, "models": [dict(model) for model in app["models"]]}
            for name, app in found.items()
        }

    def _app_dict(self, request: HttpRequest, label: str | None) -> Apps:
        """Translate each name once, before it is compared with all the others."""
        # Pages are loaded, and register themselves, with their addresses.
        reverse(f"{self.name}:index")
        found: Apps = super()._build_app_dict(request, label)
        for app in found.values():
            app["models"] = [{**model, "name": str(model["name"])} for model in app["models"]]
        return found

    @override
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        if app_label:
            return list(super().get_app_list(request, app_label))
        asked: Any = request
        if not hasattr(asked, "app_list"):
            asked.app_list = super().get_app_list(request)
        return list(asked.app_list)


def _rights(request: HttpRequest) -> tuple[Hashable, ...]:
    """Return all that decides what a member of the staff may see in the admin."""
    user = request.user
    permissions = user.is_superuser or frozenset(user.get_all_permissions())
    return user.pk, acting(request).kind, staff_roles(request), permissions
