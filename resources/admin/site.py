"""The site of the admin: what all its pages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from unfold.sites import UnfoldAdminSite

if TYPE_CHECKING:
    from django.http import HttpRequest


class AdminSite(UnfoldAdminSite):
    """The theme's site, which asks once per request for the models that a user may see.

    Every page needs them twice: as its context and for its menu. Asking costs four rules a model.
    """

    @override
    def _build_app_dict(self, request: HttpRequest, label: str | None = None) -> dict[str, Any]:
        """Translate each name once, before it is compared with all the others."""
        found: dict[str, Any] = super()._build_app_dict(request, label)
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
