"""A new resource is one declaration: REST, OpenAPI, admin and the rest follow from it."""

from __future__ import annotations

from importlib import reload
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from django.contrib.admin import AdminSite
from django.core.management import call_command
from django.db import connection, models
from django.urls import clear_url_caches
from drf_spectacular.generators import SchemaGenerator

from config import urls
from resources import registry
from resources.admin.derived import register_derived
from resources.checks import check_resource
from resources.declaration import Resource, actor
from resources.models import Record
from resources.registry import register
from resources.rules import SIGNED_IN, own, where
from tests.contract import test_access_matrix as matrix
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from tests.personas import Persona


class Badge(Record):
    # No other test may notice this model, so deleting members must not look for its table.
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+")
    title = models.CharField(max_length=40, db_index=True)
    is_secret = models.BooleanField(default=False)

    class Meta:
        app_label = "resources"


class BadgeResource(Resource):
    """A badge that a member pins on."""

    fields = ("id", "title", "is_secret", "owner")
    writable = editable = ("title", "is_secret")
    presets: ClassVar[Mapping[str, Any]] = {"owner": actor}
    expand = ("owner",)
    view = list = where(is_secret=False) | own("owner")
    create = SIGNED_IN
    update = delete = own("owner")
    filters = ("title",)


@pytest.fixture
def badges(db: None) -> Iterator[Resource]:
    """Declare the resource over a table that is gone with the test's transaction."""
    editor: BaseDatabaseSchemaEditor = connection.SchemaEditorClass(connection, collect_sql=True)
    editor.deferred_sql = []
    editor.create_model(Badge)
    with connection.cursor() as cursor:
        for statement in (*editor.collected_sql, *map(str, editor.deferred_sql)):
            cursor.execute(statement)
    register(Badge)(BadgeResource)
    _serve_anew()
    yield registry.resource_of(Badge)
    registry.unregister(Badge)
    _serve_anew()


def _serve_anew() -> None:
    reload(urls)
    clear_url_caches()


def test_a_new_resource_can_be_used_over_rest(badges: Resource, alice: Persona) -> None:
    badge = alice.creates("badges", title="First print")
    listed = alice.api.get("badges", filter='title ~ "print"', expand="owner").json()
    assert listed["results"][0]["expand"]["owner"]["username"] == "alice"
    assert alice.api.patch(f"badges/{badge['id']}", {"title": "x"}).json()["title"] == "x"
    assert alice.api.delete(f"badges/{badge['id']}").status_code == 204


def test_a_new_resource_can_be_found_in_openapi_admin_and_commands(badges: Resource) -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    assert {"/api/v1/badges", "/api/v1/badges/{record_id}"} <= set(paths)
    site = AdminSite()
    register_derived(site, [badges])
    assert site.is_registered(Badge)
    printed = StringIO()
    call_command("resources", stdout=printed)
    assert "view     is_secret = False or the owner themself" in printed.getvalue()
    assert list(check_resource(badges)) == []


def test_a_new_resource_is_in_the_access_matrix(
    badges: Resource, alice: Persona, request: pytest.FixtureRequest
) -> None:
    everyone: list[Persona] = [request.getfixturevalue(name) for name in matrix.PERSONAS]
    matrix.test_everyone_views_and_lists_exactly_what_the_rules_open(badges, everyone, alice)
    matrix.test_everyone_updates_exactly_what_the_update_rule_opens(badges, everyone, alice)
    matrix.test_everyone_creates_only_where_the_create_rule_opens(badges, everyone, alice)
    matrix.test_everyone_deletes_exactly_what_the_delete_rule_opens(badges, everyone, alice)
