"""What moderators know of a member, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from community.models import ActionKind, Ground, ModerationCase
from community.resources.rules import MODERATORS
from community.selectors.case_history import SHOWN, member_history
from resources.api import (
    actor_behind,
    not_permitted,
    not_signed_in,
    not_visible,
    record_uuid,
    registry,
    require_scope,
)
from users.models import SanctionKind, User

if TYPE_CHECKING:
    from rest_framework.request import Request


class PastSanctionOutput(serializers.Serializer[object]):
    """A sanction against the member."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=SanctionKind.choices)
    reason = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    lifted_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class PastActionOutput(serializers.Serializer[object]):
    """A line of the moderation log about the member."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ActionKind.choices)
    target_resource = serializers.CharField()
    target_id = serializers.UUIDField(allow_null=True)
    ground = serializers.ChoiceField(choices=Ground.choices, allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    reversed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class MemberHistoryOutput(serializers.Serializer[object]):
    """Cases about a member, reports by them, and what was done, the newest first."""

    member = serializers.UUIDField(source="member.pk")
    username = serializers.CharField(source="member.username")
    trust_level = serializers.IntegerField(source="member.trust_level")
    joined_at = serializers.DateTimeField(source="member.created_at")
    upheld = serializers.IntegerField(help_text="Cases in which something was done.")
    dismissed = serializers.IntegerField(help_text="Cases in which nothing was done.")
    waiting = serializers.IntegerField(help_text="Cases that wait for a decision.")
    reports_upheld = serializers.IntegerField(help_text="The member's reports that were right.")
    reports_dismissed = serializers.IntegerField(help_text="Those that were not.")
    sanctions = PastSanctionOutput(many=True, help_text=f"The latest, {SHOWN} at most.")
    actions = PastActionOutput(many=True, help_text=f"The latest, {SHOWN} at most.")


class MemberHistoryView(APIView):
    """The history of a member, for moderators."""

    @extend_schema(
        operation_id="view_moderation_history", tags=["users"], responses=MemberHistoryOutput
    )
    def get(self, request: Request, record_id: str) -> Response:
        """Return what moderators know of a member; nobody sees their own."""
        actor = actor_behind(request)
        if not actor.is_known:
            raise not_signed_in()
        if MODERATORS.scope(actor, User) is False:
            raise not_permitted()
        require_scope(actor, registry.resource_of(ModerationCase), "read")
        member = User.objects.filter(pk=record_uuid(record_id)).first()
        if member is None or member.pk == actor.id:
            raise not_visible()
        return Response(MemberHistoryOutput(member_history(member)).data)
