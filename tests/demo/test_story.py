"""The story of the demo community, told over HTTP to a served Holobase."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from demo.story.cast import CAST, open_account
from demo.story.stage import Sent, Stage, StoryMember
from demo.story.telling import tell
from tests.files.served import served
from users.callers import NOWHERE
from users.services.sessions import open_session
from users.tokens import token_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.story.stage import Answer

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def on_stage() -> Iterator[Stage]:
    """Serve the application, and sign the cast in to it."""
    with served() as address, httpx.Client(base_url=f"http://{address}/api/v1/", timeout=60) as api:

        def send(sent: Sent) -> Answer:
            headers = {"Content-Type": sent.content_type, **sent.headers}
            if sent.token:
                headers["Authorization"] = f"Bearer {sent.token}"
            answer = api.request(sent.method, sent.path, content=sent.body, headers=headers)
            return answer.status_code, answer.json() if answer.content else None

        stage = Stage(send, lambda: None)
        for part in CAST:
            member = open_account(part, password="a long secret of the story")
            token = token_pair(open_session(member, caller=NOWHERE, method="test"))["access"]
            stage.members[part.username] = StoryMember(part.username, send, str(member.pk), token)
        yield stage


def test_eight_members_and_two_moderators_live_through_the_story() -> None:
    with on_stage() as stage:
        tell(stage)
