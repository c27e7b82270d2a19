"""Trying a screening rule on what members have written: what would it have matched?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from django.utils.translation import gettext as _

from community.conditions import MOST_EVIDENCE, condition_of
from community.selectors.screening import EXEMPT, WriterFacts, author_column, screened_resources
from resources.api import bad_parameter, narrowed, record_uuid, texts_of
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import QuerySet

    from community.conditions import TextCondition
    from resources.api import Actor, Record, Resource

LOOKED_AT = 300
"""Texts that one page of a trial looks at."""


class TrialMatch(NamedTuple):
    """A text that would have met the rule."""

    resource: str
    row: Record
    member: User
    evidence: Sequence[str]
    excerpt: str


class Trial(NamedTuple):
    """One page of a trial: `next` is the cursor of the next one, empty after the last text."""

    matches: Sequence[TrialMatch]
    looked_at: int
    next: str


def try_condition(
    document: Mapping[str, object], names: Sequence[str], *, by: Actor, cursor: str = ""
) -> Trial:
    """Ask a condition of past texts, the newest of each kind first, as of when they were written.

    Of trust alone only the present is known. Texts are those that the actor may view, drafts and
    those of moderators left out. Raises Problem 400 for an unknown kind or cursor.
    """
    condition = condition_of(document)
    resources = [each for each in screened_resources(names) if _has_writer(each)]
    position, last = _read_cursor(cursor, resources)
    matches: list[TrialMatch] = []
    left = LOOKED_AT
    for resource in resources[position:]:
        rows = list(_past_rows(resource, by, last)[:left])
        matches += _matches(resource, rows, condition)
        left -= len(rows)
        if not left:
            return Trial(matches, LOOKED_AT, f"{resource}:{rows[-1].pk}")
        last = ""
    return Trial(matches, LOOKED_AT - left, "")


def _has_writer(resource: Resource) -> bool:
    """Return whether it is known who wrote a text, long after."""
    return bool(author_column(resource)) or resource.model is User


def _read_cursor(cursor: str, resources: Sequence[Resource]) -> tuple[int, str]:
    """Return the place of the resource to go on with, and the last row of it that was seen."""
    if not cursor:
        return 0, ""
    name, _colon, last = cursor.partition(":")
    names = [resource.name for resource in resources]
    if name not in names:
        raise bad_parameter("cursor", "malformed", _("This must be a cursor."))
    return names.index(name), str(record_uuid(last))


def _past_rows(resource: Resource, by: Actor, last: str) -> QuerySet[Record]:
    rows = resource.record_model._default_manager.order_by("-pk")
    author = author_column(resource)
    rows = rows.select_related(author) if author else rows
    rows = narrowed(rows, resource.view.scope(by, resource.model))
    return rows.filter(pk__lt=last) if last else rows


def _matches(
    resource: Resource, rows: Sequence[Record], condition: TextCondition
) -> Iterator[TrialMatch]:
    exempt = set(User.objects.filter(groups__name__in=EXEMPT).values_list("pk", flat=True))
    author = author_column(resource)
    for row in rows:
        member = cast("User", getattr(row, author) if author else row)
        texts = texts_of(resource, row)
        if not texts or member.pk in exempt:
            continue
        level = member.trust_level
        facts = WriterFacts(resource, row, texts, member.pk, level, row.created_at)
        evidence = condition.evidence(facts)
        if evidence is not None:
            excerpt = facts.excerpt(evidence)
            yield TrialMatch(resource.name, row, member, evidence[:MOST_EVIDENCE], excerpt)
