"""Any sequence of edits leaves an album as the same edits leave a list; at once, none is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.config.test_fast_path_and_django import ask
from tests.files.albums import ids, part, shades, stored
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.personas import Persona

MOST, PICTURES, CLIENTS = 10, 12, 4
NAMES = ("images", "images+", "+images", "images-")
PLACES = st.lists(st.integers(0, PICTURES - 1), max_size=5)
EDITS = st.lists(st.dictionaries(st.sampled_from(NAMES), PLACES, min_size=1), max_size=6)


def edited(album: list[str], edit: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Apply an edit to a list as the guide describes it; None where it is refused."""
    added = [edit.get("+images", []), edit.get("images", []), edit.get("images+", [])]
    listed = [*added[0], *(added[1] if "images" in edit else album), *added[2]]
    left = [one for one in dict.fromkeys(listed) if one not in edit.get("images-", [])]
    return None if len(left) > MOST or sum(map(len, added)) > MOST else left


@pytest.fixture
def pictures(alice: Persona) -> Sequence[str]:
    return stored(alice, PICTURES)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS)
def test_an_album_is_a_list(
    alice: Persona, pictures: Sequence[str], edits: Sequence[Mapping[str, Sequence[int]]]
) -> None:
    path = f"posts/{alice.creates('posts', text='Look')['id']}"
    album: list[str] = []
    for edit in edits:
        sent = {name: [pictures[place] for place in places] for name, places in edit.items()}
        answer = alice.api.patch(path, sent)
        expected = edited(album, sent)
        assert answer.status_code == (400 if expected is None else 200)
        album = album if expected is None else expected
        assert ids(alice.api.get(path).json()) == album


def test_the_fast_path_edits_albums_as_django_does(transactional_db: None) -> None:
    dana = new_member("dana")
    first, second, third = stored(dana, 3)
    path = f"/api/v1/posts/{dana.creates('posts', text='Look', images=[first])['id']}"
    who = {"Authorization": dana.authorization}
    edit = {"images+": [second], "+images": third, "images-": [first]}
    changed = ask("PATCH", path, json=edit, headers=who)
    assert (changed.status_code, ids(changed.json())) == (200, [third, second])
    refused = ask("PATCH", path, json={"images+": [{}]}, headers=who)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "images.0")


def test_of_clients_who_append_at_once_none_loses_anything(transactional_db: None) -> None:
    """Some upload and some send ids, each twice."""
    dana = new_member("dana")
    pictures = stored(dana, CLIENTS)
    path = f"posts/{dana.creates('posts', text='Look')['id']}"
    gate = Barrier(CLIENTS)

    def appends(client: int) -> None:
        try:
            gate.wait(10)
            done = [
                dana.api.upload(path, {"images+": part(client)}, "patch"),
                dana.api.patch(path, {"images+": pictures[client]}),
            ]
            assert [answer.status_code for answer in done] == [200, 200]
            gate.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(appends, range(CLIENTS)))
    post = dana.api.get(path).json()
    assert set(pictures) < set(ids(post))
    assert len(post["images"]) == 2 * CLIENTS
    uploaded = [each for each in post["images"] if each["id"] not in pictures]
    assert sorted(shades(dana, {"images": uploaded})) == list(range(CLIENTS))
