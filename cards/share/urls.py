"""Addresses of what is shared."""

from django.urls import path

from cards.share.views import card_page, card_picture

urlpatterns = [
    path("cards/<uuid:card_id>", card_page),
    path("cards/<uuid:card_id>/<slug:fingerprint>.jpg", card_picture),
]
