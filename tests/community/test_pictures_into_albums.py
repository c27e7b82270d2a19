"""A post of before there were albums keeps its picture, and so does the log."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from resources.models import Change
from tests.files.albums import ids, stored
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.personas import Persona

# Where changing tables is quick: SQLite copies each of them for every column.
pytestmark = pytest.mark.servers

ALBUMS, MOVED, REMOVED = "0007_albums", "0008_pictures_into_albums", "0009_remove_post_image"


@contextmanager
def posts_with_a_picture() -> Iterator[Any]:
    """Undo the migration that removed their column, and yield the model; then migrate again.

    What later migrations did to other columns stays: undoing all of them takes half a minute.
    """
    loader = MigrationLoader(connection, replace_migrations=False)
    moves, removes = (loader.get_migration("community", name) for name in (MOVED, REMOVED))
    with_column = loader.project_state(("community", ALBUMS))
    before_removal = loader.project_state(("community", MOVED))
    with connection.schema_editor() as editor:
        removes.unapply(before_removal.clone(), editor)
    try:
        yield with_column.apps.get_model("community", "Post")
    finally:
        with connection.schema_editor() as editor:
            moved = moves.apply(before_removal.clone(), editor)
        with connection.schema_editor() as editor:
            removes.apply(moved, editor)


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    return new_member("dana")


def test_a_picture_begins_the_album(dana: Persona) -> None:
    (picture,) = stored(dana, 1)
    shown, bare = (dana.creates("posts", text=text)["id"] for text in ("Look", "Words"))
    with posts_with_a_picture() as old_post:
        old_post.objects.filter(pk=shown).update(image_id=picture)
        for key, image in ((shown, picture), (bare, None)):
            change = Change.objects.get(resource="posts", record_id=key)
            after = {name: value for name, value in change.after.items() if name != "images"}
            Change.objects.filter(pk=change.pk).update(after={**after, "image_id": image})
    assert ids(dana.api.get(f"posts/{shown}").json()) == [picture]
    assert ids(dana.api.get(f"posts/{bare}").json()) == []
    logged = Change.objects.get(resource="posts", record_id=shown).after
    assert (logged["images"], "image_id" in logged) == ([picture], False)
