"""Addresses below `/api/v1/realtime/`."""

from django.urls import path

from realtime.views import TicketView, TriggerView, TurnView

urlpatterns = [
    path("turn", TurnView.as_view()),
    path("trigger", TriggerView.as_view()),
    path("tickets", TicketView.as_view()),
]
