"""Addresses below `/api/v1/auth/`."""

from django.urls import path

from users.views import RefreshView, RegisterView, TokenView

urlpatterns = [
    path("register", RegisterView.as_view(), name="register"),
    path("token", TokenView.as_view(), name="token"),
    path("token/refresh", RefreshView.as_view(), name="token-refresh"),
]
