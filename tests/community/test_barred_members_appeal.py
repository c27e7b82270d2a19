"""A banned member reads what was done and appeals, by a token that is good for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from community.models import ModerationCase
from resources import registry
from tests.client import Api
from tests.consuming import run_consumers
from tests.personas import new_member
from users.models import User
from users.services.accounts import change_password

if TYPE_CHECKING:
    from tests.personas import Persona

SECRET = "a correct horse 9"
OPENED = {"moderation-log", "sanctions", "appeals"}


def sign_in(name: str) -> Any:
    return Api().post("auth/token", {"identity": name, "password": SECRET})


@pytest.fixture
def banned(bob: Persona, moderator: Persona) -> Api:
    """Ban Bob, who wrote something that was removed; return what his sign-in leaves him."""
    assert bob.user is not None
    post = bob.creates("posts", text="Buy my pills.")
    change_password(bob.user, SECRET)
    moderator.api.put(f"posts/{post['id']}/hide")
    moderator.creates("sanctions", user=bob.id, kind="ban", reason="Spam.")
    run_consumers("direct-decisions")
    refused = sign_in("bob")
    assert (refused.status_code, refused.json()["code"]) == (403, "barred")
    return Api(refused.json()["appeal_token"])


def test_a_banned_member_reads_what_was_removed_and_appeals(banned: Api, bob: Persona) -> None:
    told = banned.get("moderation-log", subject=bob.id).json()["results"]
    lines = {line["kind"]: line for line in told}
    assert lines["hide"]["content"]["text"] == "Buy my pills."
    assert lines["ban"]["reason"] == "Spam."
    filed = banned.post("appeals", {"action": lines["ban"]["id"], "text": "It was a joke."})
    assert filed.status_code == 201, filed.content
    review = ModerationCase.objects.get(kind="appeal")
    second = new_member("second", roles=["moderator"])
    overturn = {"actions": [{"kind": "overturn"}], "reason": "So it was."}
    decided = second.api.post(f"moderation-cases/{review.pk}/decide", overturn)
    assert decided.status_code == 200, decided.content
    assert banned.get("appeals").status_code == 401, "nobody is barred any more"
    signed_in = sign_in("bob")
    assert signed_in.status_code == 200
    (appeal,) = Api(signed_in.json()["access"]).get("appeals").json()["results"]
    assert (appeal["outcome"], appeal["answer"]) == ("overturned", "So it was.")


def test_the_token_of_a_banned_member_opens_nothing_else(banned: Api, bob: Persona) -> None:
    for resource in registry.all_resources():
        answer = banned.get(resource.name)
        assert (answer.status_code == 200) == (resource.name in OPENED), resource.name
        if resource.writable and resource.name != "appeals":
            assert banned.post(resource.name, {}).status_code in (401, 403), resource.name
    for path in ("users/me", "feed", "search?q=pills"):
        assert banned.get(path).status_code in (401, 403), path
    change_password(User.objects.get(pk=bob.id), "another horse 9")
    assert banned.get("appeals").status_code == 401, "whoever knew the old password is out"
