"""Every address of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.urls.resolvers import RoutePattern
from django.utils.module_loading import import_string
from django.views.generic import RedirectView

from community.views.feed import ExplainView
from community.views.push_key import PushKeyView
from community.views.unsubscribing import UnsubscribePage
from config import operations
from resources.http.search_view import SearchView
from resources.http.urls import resource_urls
from server import error_pages
from users.views.endpoints import view_of
from users.views.own_record import OwnRecordView
from users.views.pages import ChangePage, ResetPage, VerifyPage
from users.views.privacy import ask_for_export, fetch_archive
from users.views.quota import QuotaView
from users.views.tokens import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SEARCHED = ("cards", "templates", "posts", "collections", "users")

api: list[URLPattern | URLResolver] = [
    path("auth/", include("users.urls")),
    path("realtime/", include("realtime.urls")),
    path("users/me", OwnRecordView.as_view()),
    path("users/me/quota", QuotaView.as_view()),
    path("users/me/export", view_of(ask_for_export)),
    path("users/me/exports/<str:record_id>/archive", view_of(fetch_archive)),
    path("push-key", PushKeyView.as_view()),
    path("webhooks/", include("webhooks.urls")),
    path("feed/explain", ExplainView.as_view()),
    path("search", SearchView.as_view(default_resources=SEARCHED)),
    path("", include("community.urls")),
    path("", include("files.uploads.urls")),
    path("", include("cards.urls")),
    *resource_urls(),
]


def loaded(name: str) -> Callable[..., HttpResponseBase]:
    """Return a view that is imported when somebody asks for it."""

    def view(request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase = import_string(name)(request)
        return answer

    return view


urlpatterns = [
    path("", operations.welcome),
    path("api/v1/", include(api)),
    path("api/schema", loaded("config.documents.schema"), name="schema"),
    path("api/docs", loaded("config.documents.docs"), name="docs"),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    # Unlike `include`, it imports the module when an address begins so, or is asked for.
    URLResolver(RoutePattern("admin/"), "config.admin_urls", app_name="admin", namespace="admin"),
    path("files/", include("files.urls")),
    path("share/", include("cards.share.urls")),
    path("account/verify", VerifyPage.as_view()),
    path("account/reset", ResetPage.as_view()),
    path("account/change", ChangePage.as_view()),
    path("u/<str:key>", UnsubscribePage.as_view()),
    path(".well-known/jwks.json", view_of(keys)),
    re_path(r"^api/", error_pages.not_found),
]

handler400 = "server.error_pages.malformed"
handler403 = "server.error_pages.forbidden"
handler404 = "server.error_pages.not_found"
handler500 = "server.error_pages.crashed"
