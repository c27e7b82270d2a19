"""The addresses below `/api/v1/` that declarations do not give."""

from django.urls import path

from community.views.screening import TryRuleView, TryStoredRuleView

urlpatterns = [
    # Only POSTs, as a record is never posted to.
    path("screening-rules/try", TryRuleView.as_view()),
    path("screening-rules/<str:record_id>/try", TryStoredRuleView.as_view()),
]
