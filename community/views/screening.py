"""Trying screening rules over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from community.conditions import require_condition
from community.models import ScreeningRule
from community.resources.rules import MODERATORS
from community.selectors.rule_trials import LOOKED_AT, try_condition
from resources.api import (
    actor_behind,
    consume_quota,
    not_permitted,
    not_signed_in,
    not_visible,
    record_uuid,
    registry,
    require_scope,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rest_framework.request import Request

    from community.selectors.rule_trials import Trial
    from resources.api import Actor, JsonObject

TRIAL_COST = 20
"""Requests that a page of a trial counts as."""


type Sent = JsonObject | list[JsonObject]
"""What a JSON field takes; `require_condition` says which of it is a condition."""


class ConditionInput(serializers.JSONField):
    """A condition, with the errors that a rule would be refused with."""

    @override
    def to_internal_value(self, data: Sent) -> Sent:
        """Return the condition; raises ValidationError."""
        sent = super().to_internal_value(data)
        require_condition(sent)
        return sent


class TrialInput(serializers.Serializer[object]):
    """A rule that need not be stored."""

    condition = ConditionInput()
    resources = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, required=False
    )
    cursor = serializers.CharField(max_length=100, required=False, allow_blank=True)


class StoredTrialInput(serializers.Serializer[object]):
    """Where to go on with the trial of a stored rule."""

    cursor = serializers.CharField(max_length=100, required=False, allow_blank=True)


class TrialMatchOutput(serializers.Serializer[object]):
    """A text that would have met the rule."""

    resource = serializers.CharField()
    id = serializers.UUIDField()
    member = serializers.UUIDField()
    username = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField())
    excerpt = serializers.CharField()
    created_at = serializers.DateTimeField()


class TrialOutput(serializers.Serializer[object]):
    """What a rule would have matched, among the texts that this page has looked at."""

    results = TrialMatchOutput(many=True)
    looked_at = serializers.IntegerField(help_text=f"How many texts, {LOOKED_AT} at most.")
    next = serializers.CharField(allow_null=True, help_text="The `cursor` of the next page.")


class TryRuleView(APIView):
    """Trials of rules that are not stored."""

    @extend_schema(
        operation_id="try_screening_rule",
        tags=["screening-rules"],
        request=TrialInput,
        responses={200: TrialOutput},
    )
    def post(self, request: Request) -> Response:
        """Say what a rule would have matched among past texts, the newest first, as of their time.

        A page looks at 300 texts, and counts as 20 writes.
        """
        actor = _moderator(request)
        sent = _validated(TrialInput, request)
        return _trial(actor, sent["condition"], sent.get("resources", ()), sent)


class TryStoredRuleView(APIView):
    """Trials of rules that are stored."""

    @extend_schema(
        operation_id="try_stored_screening_rule",
        tags=["screening-rules"],
        request=StoredTrialInput,
        responses={200: TrialOutput},
    )
    def post(self, request: Request, record_id: str) -> Response:
        """Say what a stored rule would have matched, as for one that is not."""
        actor = _moderator(request)
        sent = _validated(StoredTrialInput, request)
        rule = ScreeningRule.objects.filter(pk=record_uuid(record_id)).first()
        if rule is None:
            raise not_visible()
        return _trial(actor, rule.condition, rule.resources, sent)


def _moderator(request: Request) -> Actor:
    """Return the moderator who asks; raises Problem 401, 403, or 429 when there is no quota."""
    actor = actor_behind(request)
    if not actor.is_known:
        raise not_signed_in()
    if MODERATORS.scope(actor, ScreeningRule) is False:
        raise not_permitted()
    require_scope(actor, registry.resource_of(ScreeningRule), "read")
    consume_quota("write", str(actor.id), cost=TRIAL_COST, trust=actor.trust_level)
    return actor


def _validated(takes: type[serializers.Serializer[object]], request: Request) -> JsonObject:
    sent = takes(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _trial(by: Actor, condition: JsonObject, names: Sequence[str], sent: JsonObject) -> Response:
    trial: Trial = try_condition(condition, names, by=by, cursor=sent.get("cursor", ""))
    results = [
        {
            "resource": match.resource,
            "id": match.row.pk,
            "member": match.member.pk,
            "username": match.member.username,
            "evidence": match.evidence,
            "excerpt": match.excerpt,
            "created_at": match.row.created_at,
        }
        for match in trial.matches
    ]
    shown = {"results": results, "looked_at": trial.looked_at, "next": trial.next or None}
    return Response(TrialOutput(shown).data)
