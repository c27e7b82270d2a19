"""What moderators work with: the queue of cases, notes, the timeline, scopes; the public log."""

from typing import Any, override

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from community.models import (
    ActionKind,
    CaseAction,
    CaseEvent,
    CaseNote,
    Ground,
    ModerationCase,
    ModeratorScope,
)
from community.resources.rules import MODERATORS
from community.services import appeals, cases, decisions, moderators
from community.services.direct_decisions import FOLLOWED, write_direct_decisions
from community.services.enforcement import Measure
from community.tasks.removals import CASES, start_removals
from resources.api import (
    ANYONE,
    LogConsumer,
    RecordAction,
    Resource,
    actor,
    consume,
    has_role,
    linked,
    own,
    register,
    visible,
    where,
)

SCOPED = linked(
    "community.ModeratorScope",
    row="scope",
    member="moderator",
    via="scope",
    words=_("a moderator of its category or room"),
)
HANDLERS = (MODERATORS | SCOPED) & ~own("subject")
ADMINS = has_role("admin")
OF_THE_CASE = visible("case")
CONCERNED = own("subject") | MODERATORS | OF_THE_CASE


class MeasureInput(serializers.Serializer[object]):
    """One thing to do; `expires_at` is the end of a sanction."""

    kind = serializers.ChoiceField(choices=ActionKind.choices)
    expires_at = serializers.DateTimeField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> object:
        return Measure(**attrs)


class DecisionInput(serializers.Serializer[object]):
    """What is decided: what is done, why in one word, and the reason that the member is told."""

    actions = serializers.ListField(child=MeasureInput(), allow_empty=False, max_length=5)
    ground = serializers.ChoiceField(choices=Ground.choices, required=False)
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    is_harmless = serializers.BooleanField(
        required=False, help_text="Whether dismissed content opens no case until it is edited."
    )


@register(ModerationCase)
class ModerationCaseResource(Resource):
    """Something that moderators decide: reports, content held back, duplicate art, appeals.

    What they decide on the spot, by hiding a record or by a sanction, is there as `direct`.

    Claim one with `PUT /api/v1/moderation-cases/{id}/claim`; with `If-Match` it is yours only if
    it is as you know it. Nobody sees cases about themselves.
    """

    fields = (
        "id",
        "kind",
        "target_resource",
        "target_id",
        "subject",
        "scope",
        "content",
        "appealed",
        "state",
        "score",
        "report_count",
        "claimed_by",
        "claimed_at",
        "decision",
        "ground",
        "reason",
        "decided_by",
        "decided_at",
        "harmless_revision",
        "removes_at",
        "created_at",
        "updated_at",
    )
    readers = dict.fromkeys(("claimed_by", "decided_by"), MODERATORS | SCOPED)
    expand = ("subject", "appealed", "claimed_by", "decided_by")

    view = HANDLERS
    list = HANDLERS

    filters = ("state", "target_id", "subject", "scope", "score", "removes_at", "created_at")
    scans = (
        "kind",
        "target_resource",
        "claimed_by",
        "decided_by",
        "decision",
        "ground",
        "report_count",
        "decided_at",
    )
    numbered_pages = True
    ordering = ("-score", "-created_at")

    actions = (
        RecordAction(
            "claim", "PUT", HANDLERS, cases.claim_case, _("Claim the case"), locks=cases.lock_cases
        ),
        RecordAction(
            "claim",
            "DELETE",
            HANDLERS,
            cases.release_case,
            _("Leave it to the others"),
            locks=cases.lock_cases,
        ),
        RecordAction(
            "decide",
            "POST",
            HANDLERS,
            decisions.decide_case,
            _("Decide the case"),
            takes=DecisionInput,
            locks=cases.lock_cases,
        ),
    )


@register(CaseNote)
class CaseNoteResource(Resource):
    """What a moderator notes on a case for the others."""

    fields = ("id", "case", "author", "text", "created_at")
    writable = ("case", "text")
    presets = {"author": actor}
    expand = ("case", "author")

    view = OF_THE_CASE
    list = OF_THE_CASE
    create = OF_THE_CASE

    filters = ("case", "created_at")
    ordering = ("created_at",)
    topics = ("case",)


@register(CaseEvent)
class CaseEventResource(Resource):
    """A step in the timeline of a case; without an `actor`, the product took it."""

    fields = ("id", "case", "kind", "actor", "detail", "created_at")
    expand = ("case", "actor")

    view = OF_THE_CASE
    list = OF_THE_CASE

    filters = ("case", "created_at")
    scans = ("kind",)
    ordering = ("created_at",)
    topics = ("case",)


@register(CaseAction)
class CaseActionResource(Resource):
    """A line of the public moderation log: what moderators did, when and on what ground.

    Whose content it was, the content and the reason in full are shown to that member and to the
    moderators.
    """

    name = "moderation-log"
    fields = (
        "id",
        "kind",
        "target_resource",
        "ground",
        "is_automatic",
        "expires_at",
        "reversed_at",
        "case",
        "target_id",
        "subject",
        "content",
        "reason",
        "moderator",
        "sanction",
        "created_at",
    )
    readers = {
        **dict.fromkeys(
            ("case", "target_id", "subject", "content", "reason", "sanction"), CONCERNED
        ),
        "moderator": MODERATORS | OF_THE_CASE,
    }
    expand = ("case", "subject", "moderator", "sanction")

    view = ANYONE
    list = ANYONE

    filters = ("kind", "subject", "target_id", "created_at")
    scans = ("target_resource", "ground", "is_automatic", "expires_at", "reversed_at")
    numbered_pages = True
    ordering = ("-created_at",)

    actions = (
        RecordAction(
            "resubmit",
            "POST",
            own("subject") & where(kind=ActionKind.REQUEST_CHANGES, reversed_at__isnull=True),
            appeals.resubmit_content,
            _("Hand in the changed content"),
        ),
    )


@register(ModeratorScope)
class ModeratorScopeResource(Resource):
    """That a member moderates one category of templates or one room, and nothing else."""

    fields = ("id", "moderator", "category", "room", "scope", "created_at")
    writable = ("moderator", "category", "room")
    expand = ("moderator", "room")

    view = own("moderator") | MODERATORS
    list = own("moderator") | MODERATORS
    create = ADMINS
    delete = ADMINS

    governs = "moderator"
    filters = ("moderator", "room", "created_at")
    scans = ("category", "scope")
    ordering = ("-created_at",)

    creates = moderators.appoint_moderator
    deletes = moderators.dismiss_moderator


consume(LogConsumer("direct-decisions", FOLLOWED, write_direct_decisions))
consume(LogConsumer("removals", frozenset({CASES}), start_removals))
