"""Over all models: a moderator changes in the admin what the rules open, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.test import RequestFactory

from community.models import Message
from resources import registry
from tests.contract.examples import example_row
from users.models import User

if TYPE_CHECKING:
    from django.db.models import Model

    from tests.personas import Persona

pytestmark = pytest.mark.embedded

MODELS = [model for model in apps.get_models() if site.is_registered(model)]
RESOURCES = [model for model in MODELS if registry.is_registered(model)]
BEYOND_THE_RULES = {(Message, "delete")}
"""What is said in private rooms is deleted in the admin, where the API shows moderators none."""


def label(model: Any) -> str:
    return str(model._meta.label_lower)


def rights(model: Any, persona: Persona, row: Any) -> set[str]:
    """Return what the admin lets somebody do with a row of a model."""
    request = RequestFactory().get("/admin/")
    assert persona.user is not None
    request.user = User.objects.get(pk=persona.id)
    pages = site.get_model_admin(model)
    asked = {"change": pages.has_change_permission, "delete": pages.has_delete_permission}
    held = {verb for verb, may in asked.items() if may(request, row)}
    return held | ({"create"} if pages.has_add_permission(request) else set())


@pytest.mark.parametrize("model", RESOURCES, ids=label)
def test_a_moderator_changes_only_what_the_rules_open(
    model: type[Model], alice: Persona, moderator: Persona
) -> None:
    row = example_row(registry.resource_of(model), owner=alice)
    resource = registry.resource_of(model)
    verbs = {"create": resource.create, "change": resource.update, "delete": resource.delete}
    opened = {verb for verb, rule in verbs.items() if rule.permits(moderator.actor, row)}
    if resource.create.scope(moderator.actor, model) is not False:
        opened.add("create")
    beyond = {verb for verb in verbs if (model, verb) in BEYOND_THE_RULES}
    assert rights(model, moderator, row) <= opened | beyond


@pytest.mark.parametrize("model", sorted(set(MODELS) - set(RESOURCES), key=label), ids=label)
def test_a_moderator_changes_nothing_that_is_no_resource(model: object, moderator: Persona) -> None:
    assert rights(model, moderator, None) == set()
