"""The addresses below `/api/v1/webhooks/` that the declaration does not give."""

from django.urls import path

from webhooks.views import DeliveriesView

urlpatterns = [path("<str:record_id>/deliveries", DeliveriesView.as_view())]
