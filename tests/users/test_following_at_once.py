"""Members follow each other at once, and all is counted; none waits for another in a ring."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import TYPE_CHECKING

from django.db import connection

from tests.personas import new_member
from users.models import Follow, User

if TYPE_CHECKING:
    from tests.personas import Persona

ROUNDS = 4


def changes_mind(follower: Persona, followed: Persona) -> None:
    try:
        for number in range(ROUNDS):
            sends = follower.api.delete if number % 2 else follower.api.put
            answer = sends(f"users/{followed.id}/follow")
            assert answer.status_code == 200, answer.content
        follower.api.put(f"users/{followed.id}/follow")
    finally:
        connection.close()


def test_members_who_follow_each_other_at_once_are_all_counted(transactional_db: None) -> None:
    people = [new_member(name) for name in ("alice", "bob", "carol")]
    pairs = list(permutations(people, 2))
    with ThreadPoolExecutor(len(pairs)) as threads:
        list(threads.map(lambda pair: changes_mind(*pair), pairs))
    assert Follow.objects.count() == len(pairs)
    counted = User.objects.values_list("follower_count", "following_count")
    assert list(counted) == [(2, 2)] * 3
