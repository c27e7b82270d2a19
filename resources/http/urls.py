"""The addresses of every resource, below `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from resources import registry
from resources.http.views import BatchView, resource_views


def resource_urls() -> list[URLPattern]:
    """Return a path per view of each registered resource, and the batch."""
    return [
        path(f"{resource.name}{suffix}", view.as_view(), name=f"{resource.name}{number}")
        for resource in registry.all_resources()
        for number, (suffix, view) in enumerate(resource_views(resource))
    ] + [path("batch", BatchView.as_view(), name="batch")]
