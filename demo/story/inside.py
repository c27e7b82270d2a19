"""The story told inside of this process, without a server."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from demo.story.cast import CAST, join
from demo.story.stage import Stage
from demo.story.telling import tell
from resources.api import SYSTEM
from resources.log_consumers import begin_consumers, catch_up, consumers
from users.models import User
from users.services.sessions import end_sessions

if TYPE_CHECKING:
    from demo.story.stage import Answer, Sent


def tell_inside() -> None:
    """Tell the story to an empty Holobase, and sign the cast out again."""
    begin_consumers()
    client = Client(
        SERVER_NAME=urlsplit(settings.PUBLIC_URL).hostname or "localhost",
        raise_request_exception=False,
    )

    def send(sent: Sent) -> Answer:
        signed_in = {"Authorization": f"Bearer {sent.token}"} if sent.token else {}
        answer = client.generic(
            sent.method,
            f"/api/v1/{sent.path}",
            sent.body,
            sent.content_type,
            secure=True,
            headers=signed_in,
        )
        return answer.status_code, answer.json() if answer.content else {}

    stage = Stage(send, settle)
    for part in CAST:
        stage.members[part.username] = join(part, send)
    # Its requests are no traffic that an operator wants to read of.
    logging.disable(logging.INFO)
    try:
        tell(stage)
    finally:
        logging.disable(logging.NOTSET)
    for part in CAST:
        end_sessions(User.objects.get(username=part.username), by=SYSTEM)


def settle() -> None:
    """Do what the worker would do about all changes so far."""
    catch_up(consumers.values())
