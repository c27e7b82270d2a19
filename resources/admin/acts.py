"""What pages of the admin do beyond forms of records: actions of the API, run as their user."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction

from resources import registry
from resources.admin.records import acting
from resources.admin.refusals import REFUSALS
from resources.errors import Problem, as_problem
from resources.writing.operations import create_record, run_action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import Model
    from django.http import HttpRequest

    from resources.models import Record


def take_action(
    request: HttpRequest,
    row: Record,
    verb: tuple[str, str],
    sent: Mapping[str, object] | None = None,
    *,
    if_match: str = "",
) -> Record:
    """Run a declared action, such as `("PUT", "claim")`, on a row; raises Problem as the API does.

    `if_match` is the entity tag that the row must still have.
    """
    resource = registry.resource_of(type(row))
    action = next(one for one in resource.actions if (one.method, one.name) == verb)
    return run_action(resource, action, acting(request), str(row.pk), dict(sent or {}), if_match)


def create(request: HttpRequest, model: type[Model], sent: Mapping[str, object]) -> Record:
    """Create a record as `POST` does; raises Problem."""
    return create_record(registry.resource_of(model), acting(request), dict(sent))


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """Do all of what stands inside or, with a message of why not, nothing."""
    try:
        with transaction.atomic():
            yield
    except REFUSALS as refusal:
        problem = as_problem(refusal) or Problem(400, "invalid", str(refusal))
        for text in [str(error.message) for error in problem.errors] or [str(problem.detail)]:
            messages.error(request, text)
