"""Every address of the product."""

from typing import Any

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import operations
from resources.http.urls import resource_urls
from users.views import OwnRecordView

api: list[Any] = [
    path("auth/", include("users.urls")),
    path("users/me", OwnRecordView.as_view()),
    *resource_urls(),
]

urlpatterns = [
    path("", operations.welcome),
    path("api/v1/", include(api)),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("admin/", admin.site.urls),
    path("files/", include("files.urls")),
    path("healthz", operations.alive),
    path("readyz", operations.ready),
    path("", include("django_prometheus.urls")),
    re_path(r"^api/", operations.not_found),
]

handler404 = "config.operations.not_found"
handler500 = "config.operations.crashed"
