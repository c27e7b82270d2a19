"""Addresses below `/api/v1/uploads`."""

from django.urls import path

from files.uploads.views import UploadsView, UploadView

urlpatterns = [
    path("uploads", UploadsView.as_view()),
    path("uploads/<str:upload_id>", UploadView.as_view()),
]
