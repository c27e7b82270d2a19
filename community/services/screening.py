"""What becomes of texts that meet screening rules."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from community.conditions import MOST_EVIDENCE, keyword_count
from community.models import CaseKind, ScreeningAction, ScreeningMatch, ScreeningRule
from community.selectors.screening import EXEMPT, active_rules, facts_of, screened_resources
from community.services.case_targets import can_be_hidden, hide_target, shown_as
from community.services.cases import hide_meanwhile, open_case
from resources.api import SYSTEM, FieldError, Problem, changes, invalid
from users.models import SanctionKind, User
from users.services.sanctions import impose_sanction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resources.api import Actor, ShownText

MOST_RULES = 100
MOST_KEYWORDS = 2000
"""Of all active rules, as each text is searched for every one."""
KEPT_FOR = timedelta(days=90)
Action = ScreeningAction
STRICTNESS = (Action.REPORT, Action.HOLD, Action.HIDE, Action.SILENCE, Action.REFUSE)
REFUSING = {Action.REFUSE}
HOLDING = {Action.HOLD, Action.SILENCE}
HIDING = {Action.HIDE, *HOLDING}


def write_rule(*, by: Actor, **values: object) -> ScreeningRule:
    """Make a rule; raises Problem 400 for one that would be too costly or looks at nothing."""
    with changes.together():
        rule = changes.create(ScreeningRule, by=by, **values)
        _require_possible(rule)
        active_rules.forget()
    return rule


def edit_rule(rule: ScreeningRule, *, by: Actor, **values: object) -> ScreeningRule:
    """Change a rule; raises Problem 400 as above."""
    with changes.together():
        changes.update(rule, by=by, **values)
        _require_possible(rule)
        active_rules.forget()
    return rule


def delete_rule(rule: ScreeningRule, *, by: Actor) -> None:
    """Delete a rule; what it matched stays in the log."""
    changes.delete(rule, by=by)
    active_rules.forget()


class RuleScreen:
    """Screens what members write by the active rules (`resources.writing.screening.Screen`)."""

    def concerns(self, actor: Actor) -> bool:
        """Return whether there are rules, and the actor is a member who is under them."""
        return actor.is_known and EXEMPT.isdisjoint(actor.roles) and bool(active_rules.value())

    def look(self, shown: ShownText) -> None:
        """Have every rule that the text meets do its part; raises Problem 403 to refuse it."""
        facts = facts_of(shown)
        met = [
            Met(each.rule, evidence, facts.excerpt(evidence))
            for each in active_rules.value()
            if each.looks_at(shown.resource)
            and (evidence := each.condition.evidence(facts)) is not None
            # By how new its member is, nobody could open an account.
            and (evidence or not (shown.is_new and isinstance(shown.row, User)))
        ]
        if met:
            _act(met, shown)


class Met(NamedTuple):
    """A rule that a text has met."""

    rule: ScreeningRule
    evidence: list[str]
    excerpt: str


def _act(met: Sequence[Met], shown: ShownText) -> None:
    """Do what the rules say together: the strictest counts, and each is logged."""
    in_force = {each.rule.action: each.rule for each in met if not each.rule.is_dry_run}
    actions, target = set(in_force), shown_as(shown.row)
    # What can't be hidden, as a profile, can only be refused.
    if actions & REFUSING or (actions & HIDING and not can_be_hidden(target)):
        raise _refusal(met, shown, in_force)
    _log(met, shown, record_id=shown.row.pk)
    if actions & HOLDING:
        case = open_case(kind=CaseKind.HELD, target=target, by=SYSTEM, note=_note(met))
        hide_meanwhile(case, target, by=SYSTEM)
    elif actions & HIDING:
        hide_target(target, by=SYSTEM)
    elif actions:
        open_case(kind=CaseKind.REPORT, target=target, by=SYSTEM, note=_note(met), score=1)
    _silence(in_force, shown.actor)


def _refusal(
    met: Sequence[Met], shown: ShownText, in_force: Mapping[str, ScreeningRule]
) -> Problem:
    """Return the problem of a refused text, which is logged although nothing is written."""
    strictest = max(in_force.values(), key=lambda rule: STRICTNESS.index(rule.action))
    message = strictest.message or _("This text is against a rule of the community.")

    def note() -> None:
        with changes.together():
            _log(met, shown, record_id=None)
            _silence(in_force, shown.actor)

    return Problem(403, "screened", message, aftermath=note)


def _log(met: Sequence[Met], shown: ShownText, *, record_id: UUID | None) -> None:
    for rule, evidence, excerpt in met:
        changes.create(
            ScreeningMatch,
            by=SYSTEM,
            rule=rule,
            member_id=shown.actor.id,
            resource=shown.resource.name,
            record_id=record_id,
            action=rule.action,
            is_dry_run=rule.is_dry_run,
            evidence=evidence[:MOST_EVIDENCE],
            excerpt=excerpt,
        )


def _silence(in_force: Mapping[str, ScreeningRule], member: Actor) -> None:
    rule = in_force.get(Action.SILENCE)
    if rule is None:
        return
    impose_sanction(
        by=SYSTEM,
        user=User.objects.get(pk=cast("UUID", member.id)),
        kind=SanctionKind.SILENCE,
        reason=rule.message or _("What you wrote is against a rule of the community."),
        expires_at=timezone.now() + timedelta(hours=rule.silence_hours),
    )


def _note(met: Sequence[Met]) -> str:
    """Say to moderators which rules a text has met, and what in it."""
    lines = (
        f"{each.rule.name}: {', '.join(each.evidence[:MOST_EVIDENCE])}".rstrip(": ")
        for each in met
        if not each.rule.is_dry_run
    )
    return "\n".join(lines)


def forget_old_matches() -> int:
    """Delete what matched more than 90 days ago; returns the number of matches."""
    old = ScreeningMatch.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    matches = list(old[:1000])
    for match in matches:
        changes.delete(match, by=SYSTEM)
    return len(matches)


def _require_possible(rule: ScreeningRule) -> None:
    """Raise Problem 400 for kinds of texts that are not screened, and for too many rules."""
    screened_resources(rule.resources)
    active = ScreeningRule.objects.filter(is_active=True)
    keywords = sum(keyword_count(each.condition) for each in active)
    if active.count() > MOST_RULES or keywords > MOST_KEYWORDS:
        message = _("There can be %(rules)d active rules with %(words)d keywords in all.")
        shown = {"rules": MOST_RULES, "words": MOST_KEYWORDS}
        raise invalid([FieldError("condition", "too_many_rules", message % shown)])
