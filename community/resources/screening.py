"""What of screening is offered to moderators."""

from community.models import ScreeningMatch, ScreeningRule
from community.resources.rules import MODERATORS
from community.services import screening
from resources.api import Resource, actor, register, screen_by


@register(ScreeningRule)
class ScreeningRuleResource(Resource):
    """What happens to texts of members that meet a condition, before others see them.

    `condition` is one test, or `all`, `any` and `not` of tests:
    `{"keywords": {"any_of": ["free gems"], "match": "word"}}` (or `part`, anywhere in a word),
    `{"links": {"at_least": 1, "to": ["spam.example"]}}`,
    `{"rate": {"at_least": 5, "minutes": 10}}`, `{"first": 3}`, `{"trust_below": 1}`,
    `{"account_younger_than_hours": 24}`. Try one by `POST /api/v1/screening-rules/try`.
    """

    fields = (
        "id",
        "name",
        "condition",
        "resources",
        "action",
        "message",
        "silence_hours",
        "is_active",
        "is_dry_run",
        "author",
        "created_at",
        "updated_at",
    )
    writable = editable = (
        "name",
        "condition",
        "resources",
        "action",
        "message",
        "silence_hours",
        "is_active",
        "is_dry_run",
    )
    presets = {"author": actor}
    expand = ("author",)

    view = list = create = update = delete = MODERATORS

    filters = ("created_at",)
    scans = ("name", "action", "is_active", "is_dry_run")
    numbered_pages = True
    ordering = ("-created_at",)

    creates = screening.write_rule
    updates = screening.edit_rule
    deletes = screening.delete_rule


@register(ScreeningMatch)
class ScreeningMatchResource(Resource):
    """A text that met a screening rule. One that was refused has no `record_id`."""

    name = "screening-matches"
    fields = (
        "id",
        "rule",
        "member",
        "resource",
        "record_id",
        "action",
        "is_dry_run",
        "evidence",
        "excerpt",
        "created_at",
    )
    expand = ("rule", "member")

    view = list = MODERATORS

    filters = ("rule", "member", "resource", "created_at")
    scans = ("action", "is_dry_run", "record_id")
    numbered_pages = True
    ordering = ("-created_at",)


screen_by(screening.RuleScreen())
