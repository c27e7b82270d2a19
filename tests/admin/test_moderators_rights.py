"""Over all models: a moderator reads no secret in the admin, and changes what the rules open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.test import RequestFactory

from community.models import Message
from resources import changes, registry
from resources.actors import SYSTEM
from resources.sealing import SealedField
from tests.admin.desks import at_desk, list_of, page_of
from tests.contract.examples import example_row
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from resources.models import Record
    from tests.personas import Persona

pytestmark = pytest.mark.embedded

MODELS = [model for model in apps.get_models() if site.is_registered(model)]
RESOURCES = [model for model in MODELS if registry.is_registered(model)]
SECRET_NAMES = ("digest", "secret", "token", "password", "public_key", "address", "email")
BEYOND_THE_RULES = {(Message, "delete")}
"""What is said in private rooms is deleted in the admin, where the API shows moderators none."""


def label(model: Any) -> str:
    return str(model._meta.label_lower)


def filled_with_secrets(row: Record) -> Iterator[str]:
    """Put something into every column that nobody else is to read; return what stands there."""
    for column in type(row)._meta.concrete_fields:
        if isinstance(column, SealedField) and column.name != "email":
            changes.update(row, by=SYSTEM, **{column.name: f"sealed-{column.name}"})
        is_secret = isinstance(column, SealedField) or column.name in row.unlogged
        value = getattr(row, column.attname)
        if (is_secret or column.name.endswith(SECRET_NAMES)) and len(str(value)) > 6:
            yield str(value)


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
def test_a_moderator_reads_no_secret_and_changes_only_what_the_rules_open(
    model: type[Model], alice: Persona, moderator: Persona
) -> None:
    row = example_row(registry.resource_of(model), owner=alice)
    reads_none_of({*filled_with_secrets(row), "alice@example.com"}, row, moderator)
    resource = registry.resource_of(model)
    verbs = {"create": resource.create, "change": resource.update, "delete": resource.delete}
    opened = {verb for verb, rule in verbs.items() if rule.permits(moderator.actor, row)}
    if resource.create.scope(moderator.actor, model) is not False:
        opened.add("create")
    beyond = {verb for verb in verbs if (model, verb) in BEYOND_THE_RULES}
    assert rights(model, moderator, row) <= opened | beyond


def reads_none_of(secrets: set[str], row: Record, moderator: Persona) -> None:
    """Open every page about a row: none says a secret, and none is found by one."""
    desk, page = at_desk(moderator), list_of(row)
    for address in (page, page_of(row), page_of(row, "history"), page_of(row, "delete")):
        text = desk.get(address).content.decode()
        assert [secret for secret in secrets if secret in text] == [], address
    found = desk.get(page, {"q": "alice@example.com"})
    assert found.status_code == 403 or not found.context["cl"].result_list


@pytest.mark.parametrize("model", sorted(set(MODELS) - set(RESOURCES), key=label), ids=label)
def test_a_moderator_changes_nothing_that_is_no_resource(model: object, moderator: Persona) -> None:
    assert rights(model, moderator, None) == set()
