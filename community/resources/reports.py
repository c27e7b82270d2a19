"""What members tell the moderators: reports, and appeals against decisions."""

from community.models import Appeal, Report
from community.services import appeals, reports
from resources.api import UNSILENCED, VERIFIED, Resource, actor, own, register, visible

REPORTER = own("reporter")
OF_THE_CASE = visible("case")


@register(Report)
class ReportResource(Resource):
    """That you find something wrong with a record. `outcome` and `answer` say what came of it."""

    fields = (
        "id",
        "reporter",
        "case",
        "target_resource",
        "target_id",
        "reason",
        "text",
        "weight",
        "outcome",
        "answer",
        "decided_at",
        "created_at",
        "updated_at",
    )
    writable = ("target_resource", "target_id", "reason", "text")
    presets = {"reporter": actor}
    readers = dict.fromkeys(("case", "weight"), OF_THE_CASE)
    expand = ("reporter", "case")

    view = REPORTER | OF_THE_CASE
    list = REPORTER | OF_THE_CASE
    create = REPORTER & VERIFIED & UNSILENCED

    filters = ("reporter", "case", "target_id", "created_at")
    scans = ("target_resource", "reason", "outcome")
    ordering = ("-created_at",)

    creates = reports.file_report
    throttle = {"create": "60/hour"}


@register(Appeal)
class AppealResource(Resource):
    """Your objection to a line of the moderation log about you; another moderator decides."""

    fields = (
        "id",
        "action",
        "case",
        "review",
        "author",
        "text",
        "outcome",
        "answer",
        "decided_at",
        "created_at",
    )
    writable = ("action", "text")
    presets = {"author": actor}
    readers = dict.fromkeys(("case", "review"), OF_THE_CASE)
    expand = ("action", "case", "review", "author")

    view = own("author") | OF_THE_CASE
    list = own("author") | OF_THE_CASE
    create = own("author")

    filters = ("author", "case", "review", "created_at")
    scans = ("outcome",)
    ordering = ("-created_at",)

    creates = appeals.file_appeal
