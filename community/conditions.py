"""Conditions of screening rules: documents that moderators write, and what they mean.

A condition is an object with one member: a test, or tests combined by `all`, `any` and `not`.
Nothing in it is a pattern, so its cost is bounded by its size and that of the text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, override

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from resources.api import document_errors, folded_text, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from resources.api import JsonObject

type Evidence = list[str] | None
"""What of a text has met a condition, which may be nothing in particular; None if it is not met."""

MOST_TESTS = 50
DEEPEST = 5
MOST_KEYWORDS = 200
LONGEST_KEYWORD = 100
MOST_EVIDENCE = 10


class Facts(Protocol):
    """What can be known of a text and of the member who wrote it; some of it takes a query."""

    @property
    def folded(self) -> str:
        """Return the text as keywords are looked for in it: without case, width and accents."""

    @property
    def words(self) -> str:
        """Return its words with a space before, between and after them."""

    @property
    def hosts(self) -> Sequence[str]:
        """Return the host of each link, in the order of the text."""

    @property
    def trust_level(self) -> int:
        """Return the member's trust level."""

    def account_hours(self) -> float:
        """Return the age of the account."""

    def earlier_writes(self, most: int) -> int:
        """Return how many such texts the member had written before, counting to `most`."""

    def recent_writes(self, minutes: int, most: int) -> int:
        """Return how many the member has written in the last minutes, this one too."""


class TextCondition(ABC):
    """A condition that can be asked of facts."""

    @abstractmethod
    def evidence(self, facts: Facts) -> Evidence:
        """Return what meets the condition; None if nothing does."""


@dataclass(frozen=True, slots=True)
class HasKeywords(TextCondition):
    """One of the keywords stands in the text: as whole words, or anywhere."""

    keywords: Mapping[str, str]
    """By how each is looked for, as it was written."""
    anywhere: bool

    @override
    def evidence(self, facts: Facts) -> Evidence:
        text = facts.folded if self.anywhere else facts.words
        return [written for key, written in self.keywords.items() if key in text] or None


@dataclass(frozen=True, slots=True)
class HasLinks(TextCondition):
    """The text has at least so many links, or links to one of these hosts or below it."""

    at_least: int
    hosts: Sequence[str]

    @override
    def evidence(self, facts: Facts) -> Evidence:
        found = [host for host in facts.hosts if not self.hosts or self._names(host)]
        return found if len(found) >= self.at_least else None

    def _names(self, host: str) -> bool:
        return any(f".{host}".endswith(f".{named}") for named in self.hosts)


@dataclass(frozen=True, slots=True)
class WritesOften(TextCondition):
    """The member has written at least so many in the last minutes."""

    at_least: int
    minutes: int

    @override
    def evidence(self, facts: Facts) -> Evidence:
        return [] if facts.recent_writes(self.minutes, self.at_least) >= self.at_least else None


@dataclass(frozen=True, slots=True)
class IsAmongFirst(TextCondition):
    """The text is one of the member's first so many of its kind."""

    most: int

    @override
    def evidence(self, facts: Facts) -> Evidence:
        return [] if facts.earlier_writes(self.most) < self.most else None


@dataclass(frozen=True, slots=True)
class IsTrustedLess(TextCondition):
    """The member's trust level is below this one."""

    level: int

    @override
    def evidence(self, facts: Facts) -> Evidence:
        return [] if facts.trust_level < self.level else None


@dataclass(frozen=True, slots=True)
class IsYounger(TextCondition):
    """The account is younger than so many hours."""

    hours: int

    @override
    def evidence(self, facts: Facts) -> Evidence:
        return [] if facts.account_hours() < self.hours else None


@dataclass(frozen=True, slots=True)
class Every(TextCondition):
    """All of the conditions are met."""

    inner: Sequence[TextCondition]

    @override
    def evidence(self, facts: Facts) -> Evidence:
        found: list[str] = []
        for condition in self.inner:
            more = condition.evidence(facts)
            if more is None:
                return None
            found += more
        return found


@dataclass(frozen=True, slots=True)
class AtLeastOne(TextCondition):
    """One of the conditions is met, at least."""

    inner: Sequence[TextCondition]

    @override
    def evidence(self, facts: Facts) -> Evidence:
        found = (condition.evidence(facts) for condition in self.inner)
        return next((evidence for evidence in found if evidence is not None), None)


@dataclass(frozen=True, slots=True)
class Unless(TextCondition):
    """The condition is not met."""

    inner: TextCondition

    @override
    def evidence(self, facts: Facts) -> Evidence:
        return [] if self.inner.evidence(facts) is None else None


def _count(most: int, least: int = 1) -> dict[str, object]:
    return {"type": "integer", "minimum": least, "maximum": most}


def _object(required: Sequence[str], **properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


_KEYWORD = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEYWORD}
_HOST = {"type": "string", "minLength": 3, "maxLength": 253}
_INNER = {"$ref": "#/$defs/condition"}
_SEVERAL = {"type": "array", "minItems": 1, "maxItems": MOST_TESTS, "items": _INNER}
TESTS: dict[str, object] = {
    "keywords": _object(
        ["any_of"],
        any_of={"type": "array", "minItems": 1, "maxItems": MOST_KEYWORDS, "items": _KEYWORD},
        match={"enum": ["word", "part"]},
    ),
    "links": _object(
        [], at_least=_count(100), to={"type": "array", "maxItems": MOST_KEYWORDS, "items": _HOST}
    ),
    "rate": _object(["at_least", "minutes"], at_least=_count(100), minutes=_count(1440)),
    "first": _count(100),
    "trust_below": _count(3),
    "account_younger_than_hours": _count(24 * 365),
}
CONDITION: dict[str, object] = {
    "$ref": "#/$defs/condition",
    "$defs": {
        "condition": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {**TESTS, "all": _SEVERAL, "any": _SEVERAL, "not": _INNER},
        }
    },
}
"""The JSON Schema of a condition."""


def _keywords(sent: JsonObject) -> TextCondition:
    anywhere = sent.get("match", "word") == "part"
    looked_for = folded_text if anywhere else _as_words
    return HasKeywords({looked_for(word): word for word in sent["any_of"]}, anywhere)


def _as_words(text: str) -> str:
    return f" {' '.join(words_of(text))} "


def _links(sent: JsonObject) -> TextCondition:
    hosts = [host.strip(".").casefold() for host in sent.get("to", ())]
    return HasLinks(sent.get("at_least", 1), hosts)


MEANINGS: Mapping[str, Callable[[Any], TextCondition]] = {
    "keywords": _keywords,
    "links": _links,
    "rate": lambda sent: WritesOften(sent["at_least"], sent["minutes"]),
    "first": IsAmongFirst,
    "trust_below": IsTrustedLess,
    "account_younger_than_hours": IsYounger,
    "all": lambda sent: Every([condition_of(each) for each in sent]),
    "any": lambda sent: AtLeastOne([condition_of(each) for each in sent]),
    "not": lambda sent: Unless(condition_of(sent)),
}


def condition_of(document: Mapping[str, object]) -> TextCondition:
    """Return what a document means that `require_condition` has let through."""
    ((name, sent),) = document.items()
    return MEANINGS[name](sent)


def require_condition(document: Any) -> None:
    """Raise ValidationError for what is no condition, or one too large."""
    errors = document_errors(CONDITION, document)
    if errors:
        raise ValidationError([error.as_validation_error() for error in errors])
    tests = list(_tests(document, 1))
    if len(tests) > MOST_TESTS or max(depth for depth, _test, _sent in tests) > DEEPEST:
        message = _("A condition has up to %(tests)d tests, nested up to %(depth)d deep.")
        raise ValidationError(message, "too_large", {"tests": MOST_TESTS, "depth": DEEPEST})
    for _depth, test, sent in tests:
        if test == "keywords" and not all(map(_is_findable, _keys(sent))):
            raise ValidationError(_("A keyword has letters or digits."), "bad_keyword")


def keyword_count(document: JsonObject) -> int:
    """Return how many keywords a condition looks for."""
    return sum(len(sent["any_of"]) for _, test, sent in _tests(document, 1) if test == "keywords")


def _keys(sent: JsonObject) -> Sequence[str]:
    condition = _keywords(sent)
    return list(condition.keywords) if isinstance(condition, HasKeywords) else []


def _is_findable(key: str) -> bool:
    return bool(key.strip())


def _tests(document: JsonObject, depth: int) -> Iterator[tuple[int, str, Any]]:
    """Yield every test with its depth, name and what it takes."""
    ((name, sent),) = document.items()
    if name == "not":
        yield from _tests(sent, depth + 1)
    elif name in ("all", "any"):
        for inner in sent:
            yield from _tests(inner, depth + 1)
    else:
        yield depth, name, sent
