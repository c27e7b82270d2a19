"""What screening rules ask for, of a text that is being written or that was written long ago."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from community.conditions import TextCondition, condition_of
from community.models import ScreeningRule
from community.models.screening import LONGEST_EXCERPT
from resources.api import (
    FieldError,
    TableCache,
    actor,
    folded_text,
    invalid,
    registry,
    words_of,
)
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from resources.api import Record, Resource, ShownText

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Characters between letters that nobody sees and that would hide a keyword."""
LINK = re.compile(r"(?:https?://|\bwww\.)([^\s/?#<>\"'()]{1,253})", re.IGNORECASE)
EXEMPT = frozenset({"moderator", "admin"})
"""The roles of those who are not screened."""
BEFORE_EVIDENCE = 80
"""Characters of an excerpt before what has matched."""
NOT_OF_HOST = re.compile(r"[^a-z0-9.-].*", re.DOTALL)


class ActiveRule(NamedTuple):
    """A rule with its condition ready to be asked."""

    rule: ScreeningRule
    condition: TextCondition

    def looks_at(self, resource: Resource) -> bool:
        """Return whether the rule is about texts of a resource."""
        return not self.rule.resources or resource.name in self.rule.resources


def _load() -> Sequence[ActiveRule]:
    rules = ScreeningRule.objects.filter(is_active=True).order_by("created_at", "id")
    return [ActiveRule(rule, condition_of(rule.condition)) for rule in rules]


active_rules = TableCache(ScreeningRule, _load)
"""The rules that texts are screened by, in the order in which they were made."""


@dataclass(frozen=True)
class WriterFacts:
    """The facts of a member's text (`community.conditions.Facts`), found out when asked for.

    `at` is when it was written. Counts are of the member's texts of the same kind.
    """

    resource: Resource
    row: Record
    texts: Mapping[str, str]
    member_id: UUID
    trust_level: int
    at: datetime
    is_new: bool = True

    @cached_property
    def text(self) -> str:
        """Return all texts, without characters that nobody sees."""
        return "\n".join(self.texts.values()).translate(INVISIBLE)

    @cached_property
    def folded(self) -> str:
        """Return the text as keywords are looked for in it."""
        return folded_text(self.text)

    @cached_property
    def words(self) -> str:
        """Return the words with a space before, between and after them."""
        return f" {' '.join(words_of(self.text))} "

    @cached_property
    def hosts(self) -> Sequence[str]:
        """Return the host of each link, without what is written behind it (`에서`)."""
        links = LINK.findall(self.text)
        return [NOT_OF_HOST.sub("", link.casefold().rpartition("@")[2]) for link in links]

    def excerpt(self, evidence: Sequence[str]) -> str:
        """Return the part of the text where the first of the evidence stands, or its beginning."""
        place = self.text.casefold().find(evidence[0].casefold()) if evidence else 0
        begin = max(0, place - BEFORE_EVIDENCE)
        return self.text[begin : begin + LONGEST_EXCERPT].strip()

    def account_hours(self) -> float:
        """Return the age that the account had."""
        begun = User.objects.filter(pk=self.member_id).values_list("created_at", flat=True).get()
        return (self.at - begun).total_seconds() / 3600

    def earlier_writes(self, most: int) -> int:
        """Return how many texts the member had written before, counting to `most`.

        What has no author, as a profile, is no first text.
        """
        own = self._own()
        if own is None:
            return most
        before = own.filter(created_at__lte=self.row.created_at).exclude(pk=self.row.pk)
        return before[:most].count()

    def recent_writes(self, minutes: int, most: int) -> int:
        """Return how many the member had written in the last minutes; an edit is no writing."""
        own = self._own()
        if own is None or not self.is_new:
            return 0
        since = self.at - timedelta(minutes=minutes)
        return own.filter(created_at__gt=since, created_at__lte=self.at)[:most].count()

    def _own(self) -> QuerySet[Record] | None:
        author = author_column(self.resource)
        if not author:
            return None
        rows: QuerySet[Record] = self.resource.record_model._default_manager.all()
        return rows.filter(**{author: self.member_id})


def author_column(resource: Resource) -> str:
    """Return the column that names who wrote a row; nothing for members themselves."""
    return next((name for name, preset in resource.presets.items() if preset is actor), "")


def screened_resources(names: Sequence[str] = ()) -> Sequence[Resource]:
    """Return the resources of these names, or all whose texts are screened.

    Raises Problem 400 for a name that is none of them.
    """
    screened = {each.name: each for each in registry.all_resources() if each.screened}
    unknown = [name for name in names if name not in screened]
    if unknown:
        message = _("Choose of: %(names)s.") % {"names": ", ".join(screened)}
        raise invalid([FieldError("resources", "not_screened", message)])
    return [screened[name] for name in names] or list(screened.values())


def facts_of(shown: ShownText) -> WriterFacts:
    """Return the facts of a text that is being written."""
    return WriterFacts(
        shown.resource,
        shown.row,
        shown.texts,
        cast("UUID", shown.actor.id),
        shown.actor.trust_level,
        timezone.now(),
        shown.is_new,
    )
