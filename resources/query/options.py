"""Options of a list: parameters with a few declared values, such as `mode=top`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from resources.errors import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.declaration import ListOption, Resource
    from resources.rules import Rule

type ChosenOptions = tuple[tuple[str, str], ...]
"""The value of each option that a resource declares: `(("mode", "top"), ("window", "week"))`."""


def chosen_options(resource: Resource, given: Mapping[str, str | None]) -> ChosenOptions:
    """Return the value of each option, its first one where none was given; raises Problem 400."""
    return tuple(
        (name, _known(name, given[name], declared)) for name, declared in resource.options.items()
    )


def sort_of_options(resource: Resource, chosen: ChosenOptions) -> str | None:
    """Return the order that the chosen options bring, the first of them deciding."""
    return next((option.sort for option in _options(resource, chosen) if option.sort), None)


def rules_of_options(resource: Resource, chosen: ChosenOptions) -> list[Rule]:
    """Return the rules that the chosen options narrow a list by."""
    return [option.rule for option in _options(resource, chosen) if option.rule]


def candidate_rules(resource: Resource, chosen: ChosenOptions) -> list[Rule]:
    """Return those of them whose rows no index gives in their order."""
    return [
        option.rule for option in _options(resource, chosen) if option.rule and option.is_sorted
    ]


def _options(resource: Resource, chosen: ChosenOptions) -> Iterator[ListOption]:
    return (resource.options[name][value] for name, value in chosen)


def _known(name: str, given: str | None, declared: Mapping[str, ListOption]) -> str:
    if given is None:
        return next(iter(declared))
    if given not in declared:
        message = _("This must be one of: %(allowed)s.") % {"allowed": ", ".join(declared)}
        raise bad_parameter(name, "unknown_choice", message)
    return given
