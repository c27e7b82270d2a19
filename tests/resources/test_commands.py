"""What operators can ask about rules."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from resources.ids import new_id

if TYPE_CHECKING:
    from tests.personas import Persona


def printed(*command: str) -> str:
    output = StringIO()
    call_command(*command, stdout=output)
    return output.getvalue()


def test_an_operator_can_read_every_rule_in_plain_words() -> None:
    words = printed("resources")
    assert "create   the creator themself" in words
    assert "read     email: the member themself or a member with the role admin/moderator" in words


def test_an_operator_can_see_why_somebody_may_or_may_not(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    lines = printed("why", bob.id, "view", "cards", card["id"]).splitlines()
    assert lines[0].startswith("no ")
    assert "no   the creator themself" in map(str.strip, lines)
    alice.api.put(f"users/{bob.id}/block")
    lines = printed("why", bob.id, "view", "cards", card["id"]).splitlines()
    assert "no   whoever its member has not blocked" in map(str.strip, lines)
    assert printed("why", alice.id, "view", "cards", card["id"]).startswith("yes")
    assert printed("why", "anonymous", "view", "cards", card["id"]).startswith("no ")


def test_an_operator_is_told_what_is_unknown(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")["id"]
    for command in (
        (alice.id, "view", "nothing", card),
        (alice.id, "view", "cards", str(new_id())),
        ("alice", "view", "cards", card),
        (str(new_id()), "view", "cards", card),
    ):
        with pytest.raises(CommandError):
            printed("why", *command)
