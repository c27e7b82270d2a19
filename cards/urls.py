"""Addresses below `/api/v1/` beside those of the resources."""

from django.urls import path

from cards import views

urlpatterns = [
    path("cards/<str:record_id>/view", views.CountedView.as_view()),
    path("cards/<str:record_id>/download", views.CountedDownload.as_view()),
    path("cards/<str:record_id>/related", views.RelatedView.as_view()),
    path("cards/<str:record_id>/remix-graph", views.RemixesView.as_view()),
    path("templates/<str:record_id>/upgrade-preview", views.UpgradePreviewView.as_view()),
]
