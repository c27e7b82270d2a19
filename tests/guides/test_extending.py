"""The app that docs/guide/extending.md writes, file by file, is there and does what it says."""

from __future__ import annotations

import sys
from importlib import import_module, reload
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import connection
from django.urls import clear_url_caches

from config import urls
from resources import registry
from resources.checks import check_resource
from tests.guides.exchanges import blocks, runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from resources.declaration import Resource
    from tests.personas import Persona

pytestmark = pytest.mark.embedded

GUIDE = "extending.md"


@pytest.fixture
def swaps(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resource]:
    """Write the guide's files and import them, over a table that is gone with the transaction."""
    for block in blocks(GUIDE, "python"):
        name = block.partition("\n")[0].removeprefix("# ")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(block)
    monkeypatch.syspath_prepend(tmp_path)
    # As if it were installed: installing an app would start all the others anew.
    home = apps.get_app_config("resources")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apps, "get_containing_app_config", lambda _name: home)
        import_module("swaps.resources")
    model = home.get_model("swap")
    editor: BaseDatabaseSchemaEditor = connection.SchemaEditorClass(connection, collect_sql=True)
    editor.deferred_sql = []
    editor.create_model(model)
    with connection.cursor() as cursor:
        for statement in (*editor.collected_sql, *map(str, editor.deferred_sql)):
            cursor.execute(statement)
    serve_anew()
    yield registry.resource_of(model)
    registry.unregister(model)
    # Nothing may look for its table any more, such as the deletion of a member.
    del apps.all_models["resources"]["swap"]
    apps.clear_cache()
    for name in ("swaps.resources", "swaps.services", "swaps.models", "swaps"):
        del sys.modules[name]
    serve_anew()


def serve_anew() -> None:
    reload(urls)
    clear_url_caches()


def test_the_guides_resource_can_be_used_as_it_says(
    swaps: Resource, anonymous: Persona, alice: Persona, bob: Persona, admin: Persona
) -> None:
    assert list(check_resource(swaps)) == []
    people = {"anonymous": anonymous, "alice": alice, "bob": bob, "admin": admin}
    runs(GUIDE, people, {name: each.id for name, each in people.items()})
