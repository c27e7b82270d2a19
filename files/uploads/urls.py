"""Addresses below `/api/v1/uploads`."""

from django.urls import path

from files.uploads.views import (
    CompletionView,
    PresignedPartsView,
    PresignedView,
    UploadsView,
    UploadView,
)

urlpatterns = [
    path("uploads", UploadsView.as_view()),
    path("uploads/multipart", PresignedView.as_view()),
    path("uploads/<str:upload_id>/parts", PresignedPartsView.as_view()),
    path("uploads/<str:upload_id>/complete", CompletionView.as_view()),
    path("uploads/<str:upload_id>", UploadView.as_view()),
]
