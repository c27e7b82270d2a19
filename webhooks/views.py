"""The log of deliveries over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from resources.api import (
    actor_behind,
    bad_parameter,
    is_visible,
    not_visible,
    record_uuid,
    registry,
    require_scope,
)
from webhooks.models import Delivery, Webhook

if TYPE_CHECKING:
    from rest_framework.request import Request

WEBHOOKS = registry.resource_of(Webhook)
MOST = 100


class DeliveryOutput(serializers.ModelSerializer[Delivery]):
    """One delivery: `id` is the message's, `cursor` its change's in the feed."""

    id = serializers.CharField(source="message_id")
    type = serializers.CharField(source="kind")
    cursor = serializers.CharField(source="place")
    # Named here, as what a column can hold differs between the databases.
    attempts = serializers.IntegerField()
    response_status = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(source="duration")

    class Meta:
        model = Delivery
        fields = (
            "id",
            "type",
            "cursor",
            "status",
            "attempts",
            "next_at",
            "response_status",
            "duration_ms",
            "error",
            "created_at",
            "attempted_at",
        )


class DeliveriesOutput(serializers.Serializer[object]):
    """How far a webhook is, and what it was told, the newest first."""

    cursor = serializers.CharField(help_text="How far in the feed the webhook has been told.")
    failure_count = serializers.IntegerField(help_text="Failures in a row.")
    results = DeliveryOutput(many=True)
    next = serializers.CharField(allow_null=True, help_text="The `before` of the next page.")


class DeliveriesView(APIView):
    """The deliveries of a webhook."""

    @extend_schema(
        operation_id="deliveries",
        tags=["webhooks"],
        parameters=[OpenApiParameter("before", int, description="Only those of earlier changes.")],
        responses={200: DeliveriesOutput},
    )
    def get(self, request: Request, record_id: str) -> Response:
        """See what a webhook was told, the newest change first, in pages of 100.

        Deliveries are kept for 30 days.
        """
        actor = actor_behind(request)
        require_scope(actor, WEBHOOKS, "read")
        identifier = record_uuid(record_id)
        if not is_visible(WEBHOOKS, actor, identifier):
            raise not_visible()
        webhook = Webhook.objects.get(pk=identifier)
        found = webhook.deliveries.order_by("-place")
        before = _before(request)
        page = list(found.filter(place__lt=before)[:MOST] if before else found[:MOST])
        shown = {
            "cursor": webhook.place,
            "failure_count": webhook.failure_count,
            "results": page,
            "next": page[-1].place if len(page) == MOST else None,
        }
        return Response(DeliveriesOutput(shown).data)


def _before(request: Request) -> int:
    given = request.query_params.get("before", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise bad_parameter("before", "malformed", _("This must be a cursor."))
    return int(given)
