"""Reports: weighed by who sends them, gathered in cases, answered when those are decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import CaseEvent, CaseKind, Decision, ModerationCase, Report
from community.services.case_targets import REPORTABLE, subject_id_of
from community.services.cases import add_step, hide_meanwhile, open_case
from resources.api import SYSTEM, FieldError, Problem, changes, invalid, registry

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Actor, Record

Outcome = Report.Outcome


def file_report(*, by: Actor, target_resource: str, target_id: UUID, **values: object) -> Report:
    """Report a record to the moderators.

    The reports of a record gather in one case. Once their weights come to `REPORT_SCORE_TO_HIDE`,
    the record is hidden until a moderator decides. What a moderator found harmless stays so until
    it is edited: reports of it are answered at once. Raises Problem 400 for a record that can't be
    reported or seen, 409 for one that this member has reported already.
    """
    with changes.together():
        target = _reportable(by, target_resource, target_id)
        named = {"target_resource": target_resource, "target_id": target_id, **values}
        harmless = ModerationCase.objects.filter(
            target_resource=target_resource,
            target_id=target_id,
            harmless_revision=target.revision,
            decision=Decision.DISMISSED,
        ).first()
        if harmless is not None:
            answered = {
                "outcome": Outcome.DISMISSED,
                "answer": harmless.reason,
                "decided_at": timezone.now(),
            }
            return changes.create(Report, by=by, case=harmless, **named, **answered)
        weight = report_weight(by)
        case = open_case(kind=CaseKind.REPORT, target=target, by=by, score=weight)
        report = changes.create(Report, by=by, case=case, weight=weight, **named)
        changes.update(case, by=by, report_count=case.report_count + 1)
        add_step(case, CaseEvent.Kind.REPORTED, by=by, reason=report.reason)
        if 0 < settings.MODERATION.score_to_hide <= case.score:
            hide_meanwhile(case, changes.locked(target), by=SYSTEM)
    return report


def report_weight(by: Actor) -> float:
    """Return what a member's report counts: 1 for somebody new.

    `(1 + trust level / 2) * 2 * accuracy`, where accuracy is how many of the member's decided
    reports were upheld, with one of each kind added (Laplace's rule of succession). Reports that
    were answered at once say nothing about it.
    """
    decided = Report.objects.filter(reporter=by.id, weight__gt=0).aggregate(
        upheld=Count("pk", filter=Q(outcome=Outcome.UPHELD)),
        dismissed=Count("pk", filter=Q(outcome=Outcome.DISMISSED)),
    )
    upheld, dismissed = int(decided["upheld"]), int(decided["dismissed"])
    accuracy = (upheld + 1) / (upheld + dismissed + 2)
    return round((1 + by.trust_level / 2) * 2 * accuracy, 3)


def answer_reports(case: ModerationCase, outcome: str, *, by: Actor, answer: str) -> None:
    """Tell those who reported what came of it, and why."""
    for report in case.reports.exclude(outcome=outcome):
        values = {"outcome": outcome, "answer": answer, "decided_at": timezone.now()}
        changes.update(report, by=by, **values)


def _reportable(by: Actor, name: str, record_id: UUID) -> Record:
    """Return a record that the member may view and report; else raise Problem 400 or 403."""
    if name not in REPORTABLE:
        message = _("This can't be reported.")
        raise invalid([FieldError("target_resource", "not_reportable", message)])
    resource = registry.named(name)
    rows = resource.record_model._default_manager if resource else None
    target = rows.filter(pk=record_id).first() if rows else None
    if not (resource and target and resource.view.permits(by, target)):
        raise invalid([FieldError("target_id", "does_not_exist", _("There is no such record."))])
    if subject_id_of(target) == by.id:
        raise Problem(403, "own_content", _("You can't report your own content."))
    return target
