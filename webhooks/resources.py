"""What of webhooks is offered to clients."""

from __future__ import annotations

from typing import Any, override

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from resources.api import RecordAction, Resource, actor, changes, has_role, register
from webhooks.models import Webhook
from webhooks.services import managing
from webhooks.tasks import hear

ADMINS = has_role("admin")


class ReplayInput(serializers.Serializer[object]):
    """The cursor after which everything is told once more."""

    @override
    def get_fields(self) -> dict[str, Any]:
        """Return `from`, which is no name in Python."""
        return {"from": serializers.IntegerField(min_value=0, source="cursor")}


@register(Webhook)
class WebhookResource(Resource):
    """An address that is told of changes by signed messages (https://www.standardwebhooks.com).

    `topics` are names of resources, or `*` for all. The answers to creating one and to
    `rotate-secret` show the `secret` that its receiver verifies by, once. `…/deliveries` tells
    what was sent.
    """

    fields = (
        "id",
        "owner",
        "name",
        "url",
        "topics",
        "is_active",
        "disabled_reason",
        "rotated_at",
        "replayed_at",
        "created_at",
        "updated_at",
    )
    writable = ("name", "url", "topics", "is_active")
    editable = ("name", "url", "topics", "is_active")
    presets = {"owner": actor}
    shown_once = ("secret",)

    view = list = create = update = delete = ADMINS

    filters = ("owner", "created_at")
    ordering = ("-created_at",)

    creates = managing.create_webhook
    updates = managing.update_webhook
    actions = (
        RecordAction(
            "rotate-secret", "POST", ADMINS, managing.rotate_secret, _("Sign by a new secret")
        ),
        RecordAction(
            "replay", "POST", ADMINS, managing.replay, _("Tell it once more"), takes=ReplayInput
        ),
    )


changes.committed.connect(hear)
