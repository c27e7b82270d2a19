"""What is wrong with a JSON document, as a sentence in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise
    from jsonschema_rs import ValidationErrorKind

SENTENCES: Mapping[str, Promise] = {
    "Type": gettext_lazy("This must be of type: %(value)s."),
    "Enum": gettext_lazy("This must be one of: %(value)s."),
    "Constant": gettext_lazy("This must be: %(value)s."),
    "Required": gettext_lazy("“%(value)s” is missing."),
    "AdditionalProperties": gettext_lazy("There is no such member: %(value)s."),
    "Minimum": gettext_lazy("%(value)s is the least."),
    "Maximum": gettext_lazy("%(value)s is the most."),
    "ExclusiveMinimum": gettext_lazy("This must be more than %(value)s."),
    "ExclusiveMaximum": gettext_lazy("This must be less than %(value)s."),
    "MultipleOf": gettext_lazy("This must be a multiple of %(value)s."),
    "MinItems": gettext_lazy("%(value)s values are the fewest."),
    "MaxItems": gettext_lazy("%(value)s values are the most."),
    "UniqueItems": gettext_lazy("No value may be there twice."),
    "MinLength": gettext_lazy("%(value)s characters are the fewest."),
    "MaxLength": gettext_lazy("%(value)s characters are the most."),
    "MinProperties": gettext_lazy("%(value)s members are the fewest."),
    "MaxProperties": gettext_lazy("%(value)s members are the most."),
    "Format": gettext_lazy("This must be in the form: %(value)s."),
}
"""A sentence for each kind of error of `jsonschema_rs.ValidationErrorKind` that has a bound."""
MOST_SHOWN = 50
_forms: dict[str, Promise] = {}


def explain_pattern(pattern: str, sentence: Promise) -> str:
    """Let texts that don't match `pattern` be explained by a sentence; return the pattern."""
    _forms[pattern] = sentence
    return pattern


def sentence_of(kind: ValidationErrorKind) -> str:
    """Return the sentence for one kind of error; a pattern itself is never shown."""
    name = type(kind).__name__
    if name == "Pattern":
        return str(_forms.get(kind.value) or _("This does not have the right form."))
    sentence = SENTENCES.get(name)
    if sentence is None:
        return _("This is not what is asked for here.")
    return str(sentence) % {"value": _shown(kind.value)}


def _shown(value: object) -> str:
    """Return a bound as text, of a long list its beginning."""
    if not isinstance(value, list | tuple):
        return str(value)
    return ", ".join([*map(str, value[:MOST_SHOWN]), *(["…"] if value[MOST_SHOWN:] else [])])
