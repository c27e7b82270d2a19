"""Cases with what hangs on them, reports, the moderation log, moderators of a part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.oracle.cards import may_view_card
from tests.contract.oracle.words import Oracle, Who, Writes, alike

if TYPE_CHECKING:
    from community.models import Appeal, ModeratorScope


def handles(who: Who, case: Any) -> bool:
    return (who.moderates or who.id in case.scoped) and who.id != case.subject_id


def names_moderators(who: Who, case: Any) -> bool:
    return who.moderates or who.id in case.scoped


def handles_case_of(who: Who, row: Any) -> bool:
    return row.case is not None and handles(who, row.case)


def may_view_report(who: Who, report: Any) -> bool:
    return who.id == report.reporter_id or handles_case_of(who, report)


def may_view_appeal(who: Who, appeal: Any) -> bool:
    return who.id == appeal.author_id or handles_case_of(who, appeal)


def everyone(_who: Who, _row: object) -> bool:
    return True


def is_concerned(who: Who, action: Any) -> bool:
    is_own = who.id is not None and who.id == action.subject_id
    return is_own or who.moderates or handles_case_of(who, action)


def knows_moderator(who: Who, action: object) -> bool:
    return who.moderates or handles_case_of(who, action)


def may_view_scope(who: Who, scope: ModeratorScope) -> bool:
    return who.id == scope.moderator_id or who.moderates


def is_admin(who: Who, _row: object) -> bool:
    return who.name == "admin"


PRIVATE = ("case", "target_id", "subject", "content", "reason", "sanction")


def moderates(who: Who, _row: object) -> bool:
    return who.moderates


ORACLES: dict[str, Oracle] = {
    "moderation-cases": alike(handles, claimed_by=names_moderators, decided_by=names_moderators),
    "case-notes": alike(handles_case_of),
    "case-events": alike(handles_case_of),
    "moderation-log": alike(
        everyone, moderator=knows_moderator, **dict.fromkeys(PRIVATE, is_concerned)
    ),
    "moderator-scopes": alike(may_view_scope),
    "reports": alike(may_view_report, case=handles_case_of, weight=handles_case_of),
    "screening-rules": alike(moderates),
    "screening-matches": alike(moderates),
    "appeals": alike(may_view_appeal, case=handles_case_of, review=handles_case_of),
}


def may_report(who: Who, report: Any) -> bool:
    is_others = who.id != report.target.creator_id
    return who.speaks and who.is_verified and is_others and may_view_card(who, report.target)


def may_appeal(who: Who, appeal: Appeal) -> bool:
    return who.id is not None and who.id == appeal.action.subject_id


WRITES = {
    "appeals": Writes(creates=may_appeal),
    "case-notes": Writes(creates=handles_case_of),
    "moderator-scopes": Writes(creates=is_admin, deletes=is_admin),
    "reports": Writes(creates=may_report),
    "screening-rules": Writes(moderates, moderates, moderates),
}
