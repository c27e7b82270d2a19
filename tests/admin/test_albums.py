"""A moderator sees the pictures of a post on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Post
from files.models import File
from tests.admin.desks import at_desk, page_of
from tests.files.albums import stored

if TYPE_CHECKING:
    from tests.personas import Persona


def test_a_moderator_sees_an_album_in_its_order(alice: Persona, moderator: Persona) -> None:
    pictures = stored(alice, 2)[::-1]
    post = alice.creates("posts", text="Look", images=pictures)
    page = at_desk(moderator).get(page_of(Post.objects.get(pk=post["id"]))).content.decode()
    keys = [File.objects.get(pk=each).key for each in pictures]
    places = [page.find(key) for key in keys]
    assert -1 < places[0] < places[1]
