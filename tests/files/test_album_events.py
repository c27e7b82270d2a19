"""What is heard of albums while they change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from resources import feed
from tests.files.albums import ids, stored
from tests.resources.hearing import heard, told

if TYPE_CHECKING:
    from tests.personas import Persona

WITH_SEVERAL = urlencode({"filter": "images:length > 1"})


def test_a_post_enters_and_leaves_by_its_album(alice: Persona, bob: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first])
    path, verbs = f"posts/{post['id']}", []
    for edit in ({"images+": second}, {"images": [second, first]}, {"images-": first}):
        start = feed.head()
        alice.api.patch(path, edit)
        verbs += told(heard(bob, "posts", start, WITH_SEVERAL))
    assert verbs == [("enter", post["id"]), ("update", post["id"]), ("leave", post["id"])]


def test_an_event_holds_the_album_as_it_is(alice: Persona, anonymous: Persona) -> None:
    first, second = stored(alice, 2)
    post = alice.creates("posts", text="Look", images=[first, second])
    start = feed.head()
    alice.api.patch(f"posts/{post['id']}", {"images": [second, first]})
    (event,) = heard(anonymous, "posts", start)
    read = anonymous.api.get(f"posts/{post['id']}")
    assert event.document == read.content.decode()
    assert ids(read.json()) == [second, first]
