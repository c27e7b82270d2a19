"""A post of before there were albums keeps its picture, and so does the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from resources.models import Change
from tests.files.albums import ids, stored
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.personas import Persona

# Where changing tables is quick: SQLite copies each of them for every column.
pytestmark = pytest.mark.servers

BEFORE = ("community", "0006_sorted_texts")


@pytest.fixture
def dana(transactional_db: None) -> Iterator[Persona]:
    """A member, for a test that changes tables, which are put right again whatever happens."""
    yield new_member("dana")
    migrated(*latest())


def latest() -> Sequence[tuple[str, str]]:
    """Return the newest migration of the app."""
    leaves: Sequence[tuple[str, str]] = MigrationExecutor(connection).loader.graph.leaf_nodes(
        "community"
    )
    return leaves


def migrated(target: tuple[str, str]) -> Any:
    """Migrate the tables to a state and return its models."""
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


def test_a_picture_begins_the_album(dana: Persona) -> None:
    (picture,) = stored(dana, 1)
    shown, bare = (dana.creates("posts", text=text)["id"] for text in ("Look", "Words"))
    old_post = migrated(BEFORE).get_model("community", "Post")
    old_post.objects.filter(pk=shown).update(image_id=picture)
    for key, image in ((shown, picture), (bare, None)):
        change = Change.objects.get(resource="posts", record_id=key)
        after = {name: value for name, value in change.after.items() if name != "images"}
        Change.objects.filter(pk=change.pk).update(after={**after, "image_id": image})
    migrated(*latest())
    assert ids(dana.api.get(f"posts/{shown}").json()) == [picture]
    assert ids(dana.api.get(f"posts/{bare}").json()) == []
    logged = Change.objects.get(resource="posts", record_id=shown).after
    assert (logged["images"], "image_id" in logged) == ([picture], False)
