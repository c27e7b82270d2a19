"""The story of the demo community, told over HTTP to a served Holobase."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from demo.story.cast import CAST, join
from demo.story.stage import Sent, Stage
from demo.story.telling import tell
from tests.consuming import run_consumers
from tests.files.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.story.stage import Answer

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def on_stage() -> Iterator[Stage]:
    """Serve the application, and sign the cast in to it."""
    with served() as address, httpx.Client(base_url=f"http://{address}/api/v1/", timeout=60) as api:

        def send(sent: Sent) -> Answer:
            headers = {"Content-Type": sent.content_type}
            if sent.token:
                headers["Authorization"] = f"Bearer {sent.token}"
            answer = api.request(sent.method, sent.path, content=sent.body, headers=headers)
            return answer.status_code, answer.json() if answer.content else {}

        stage = Stage(send, run_consumers)
        for part in CAST:
            stage.members[part.username] = join(part, send)
        yield stage


def test_eight_members_and_two_moderators_live_through_the_story() -> None:
    with on_stage() as stage:
        tell(stage)
