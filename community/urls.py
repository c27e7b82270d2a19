"""The addresses below `/api/v1/` that declarations do not give."""

from django.urls import path

from community.views.history import MemberHistoryView
from community.views.screening import TryRuleView, TryStoredRuleView

urlpatterns = [
    path("users/<str:record_id>/moderation-history", MemberHistoryView.as_view()),
    # Only POSTs, as a record is never posted to.
    path("screening-rules/try", TryRuleView.as_view()),
    path("screening-rules/<str:record_id>/try", TryStoredRuleView.as_view()),
]
