"""Who is blocked, muted or sanctioned sees and sends nothing they should not, by any resource.

Rows, ways to see them and writes are made from the registry, so a new resource is tried as well.
What is to be hidden of a resource is looked for in one half of the suite.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resources import registry
from resources.actors import SYSTEM
from resources.rules.algebra import AllOf
from resources.rules.predicates import Own
from tests.cells import shared
from tests.contract.relations import Neighbourhood, own_writes, sent, sightings
from tests.contract.writes import rolled_back
from users.services.sanctions import impose_sanction

if TYPE_CHECKING:
    from resources.rules import Rule
    from tests.contract.relations import Sighting
    from tests.personas import Persona

WAYS = {
    "view",
    "list",
    "ids",
    "named",
    "search",
    "search of all",
    "live",
    "live, one record",
    "room",
    "expand",
    "expand back",
}
UNASKED = {"list", "search", "search of all", "live", "expand back"}
"""Ways by which one comes across something without having named it or whose it is."""
NOT_PUBLISHED = {"follows", "room-members", "users"}
"""Profiles, who follows whom and who is in a room: muting a member is about what they publish."""

LOOKED_UP_BY_BLOCKER = {
    (way, resource)
    for way in ("view", "live, one record", "room", "expand", "named")
    for resource in ("users", "follows")
}
"""Whom one has blocked oneself can be looked up by name, to be unblocked."""
DONE_BY_BLOCKER = {
    f"{method} users {verb}"
    for method, verb in (
        ("PUT", "block"),
        ("PUT", "mute"),
        ("DELETE", "block"),
        ("DELETE", "follow"),
        ("DELETE", "mute"),
    )
}
DONE_IN_SILENCE = {
    "PUT users block",
    "PUT users mute",
    "DELETE users block",
    "DELETE users follow",
    "DELETE users mute",
    "DELETE cards like",
    "DELETE posts like",
    "DELETE comments like",
    "POST cards archive",
    "POST jobs cancel",
    "POST templates deprecate",
    "PUT rooms close",
    "DELETE rooms close",
    "PUT rooms read",
    "DELETE rooms read",
    "PUT feed read",
    "DELETE feed read",
    "POST polls close",
    "POST appeals",
}
"""Taking things back, being left alone, marks of one's own, and appeals."""


@pytest.fixture
def place(bob: Persona, carol: Persona) -> Neighbourhood:
    """Return rows of bob, who is to be blocked, muted or sanctioned, beside carol's."""
    place = Neighbourhood(bob, carol)
    place.settle()
    return place


def done(statuses: dict[str, int]) -> set[str]:
    return {what for what, status in statuses.items() if status < 300}


def is_private(rule: Rule) -> bool:
    """Return whether a rule opens rows to nobody but whom they name as their owner."""
    is_narrowed = isinstance(rule, AllOf) and any(map(is_private, rule.parts()))
    return isinstance(rule, Own) or is_narrowed


def seen_by_others(writes: dict[str, int]) -> set[str]:
    """Return the writes that were done to what somebody else may see at some time."""
    private = {str(each) for each in registry.all_resources() if is_private(each.view)}
    return {what for what in done(writes) if what.split()[1] not in private}


def test_who_blocks_and_who_is_blocked_are_out_of_each_others_sight(
    place: Neighbourhood, alice: Persona, bob: Persona
) -> None:
    everything = list(registry.all_resources())
    free, possible = sightings(alice, place, everything), done(sent(alice, place, everything))
    assert {way for way, _resource in free} == WAYS
    assert possible >= {"POST comments post", "POST messages room", "PUT cards like"}
    with rolled_back():
        bob.api.put(f"users/{alice.id}/block")
        tried = shared(everything, turn=0)
        assert sightings(alice, place, tried) == set()
        assert done(sent(alice, place, tried)) == set()
    with rolled_back():
        alice.api.put(f"users/{bob.id}/block")
        tried = shared(everything, turn=1)
        assert sightings(alice, place, tried) <= LOOKED_UP_BY_BLOCKER
        assert done(sent(alice, place, tried)) <= DONE_BY_BLOCKER
    with rolled_back():
        alice.api.put(f"users/{bob.id}/mute")
        seen: set[Sighting] = sightings(alice, place, shared(everything, turn=2))
        assert {resource for way, resource in seen if way in UNASKED} <= NOT_PUBLISHED
        assert "view" in {way for way, _resource in seen}, "who asks for it sees it"


def test_who_is_silenced_sends_nothing_and_who_is_barred_sees_nothing(
    place: Neighbourhood, alice: Persona, bob: Persona
) -> None:
    for member in (alice, bob):
        impose_sanction(by=SYSTEM, user=member.user, kind="silence", reason="Noise.")
    everything = list(registry.all_resources())
    assert {way for way, _resource in sightings(alice, place, everything)} == WAYS, (
        "reading goes on"
    )
    assert seen_by_others(sent(alice, place, everything)) <= DONE_IN_SILENCE
    assert seen_by_others(dict(own_writes(bob, place.theirs))) <= DONE_IN_SILENCE
    until = timezone.now() + timedelta(days=1)
    impose_sanction(by=SYSTEM, user=alice.user, kind="suspend", reason="x", expires_at=until)
    for resource in registry.all_resources():
        answers = (alice.api.get(str(resource)), alice.api.post(str(resource), {}))
        assert {answer.status_code for answer in answers} <= {401, 403, 405}, resource
