"""A rule means the same as SQL, about one row, and about many actors."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.models import Card
from resources import changes, registry
from resources.actors import ACTOR_ID, ANONYMOUS, SYSTEM, Actor, UnboundActor
from resources.errors import Problem
from resources.execution.run import run_plan
from resources.ids import new_id
from resources.query.plans import compiled
from resources.rules import (
    ANYONE,
    NOBODY,
    SIGNED_IN,
    VERIFIED,
    Rule,
    has_role,
    linked,
    narrowed,
    own,
    visible,
    where,
)
from resources.writing.operations import visible_row
from tests.personas import new_member
from users.rules import on_terms, unblocked, unmuted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from resources.declaration import Resource


LEAVES = (
    ANYONE,
    NOBODY,
    SIGNED_IN,
    VERIFIED,
    has_role("moderator"),
    own("creator"),
    where(status="published"),
    where(visibility__in=("public", "unlisted")),
    where(like_count__gte=5),
    where(published_at__isnull=True),
    visible("template"),
    visible("creator"),
    linked("cards.CardLike", row="card", member="user", words="whoever likes it"),
    unblocked("creator"),
    on_terms("creator"),
    unmuted("creator"),
)


def _joined(rules: Sequence[Rule], by_and: bool) -> Rule:
    return reduce(lambda left, right: left & right if by_and else left | right, rules)


rules = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        inner.map(lambda rule: ~rule),
        st.builds(_joined, st.lists(inner, min_size=2, max_size=3), st.booleans()),
    ),
    max_leaves=6,
)


@pytest.fixture
def actors(db: None) -> list[Actor]:
    alice, bob = new_member("alice"), new_member("bob", is_verified=False)
    moderator = new_member("moderator", roles=["moderator"])
    for number, (status, visibility) in enumerate(
        [("draft", "public"), ("published", "public"), ("published", "private")]
    ):
        card = changes.create(
            Card,
            by=SYSTEM,
            title="Dragon",
            creator=(alice if number % 2 else bob).user,
            status=status,
            visibility=visibility,
            like_count=number * 4,
        )
        bob.api.put(f"cards/{card.pk}/like")
    bob.api.put(f"users/{alice.id}/block")
    bob.api.put(f"users/{moderator.id}/block")
    alice.api.put(f"users/{bob.id}/mute")
    return [ANONYMOUS, *(persona.actor for persona in (alice, bob, moderator))]


@given(rule=rules)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_rule_cannot_mean_one_thing_in_sql_and_another_about_a_row(
    actors: list[Actor], rule: Rule
) -> None:
    for card in Card.objects.all():
        audience = rule.audience(card, actors)
        for actor in actors:
            mine = narrowed(Card.objects.filter(pk=card.pk), rule.scope(actor, Card))
            may = mine.exists()
            assert may is rule.permits(actor, card) is (actor in audience), rule.words()
            assert may is bool(_by_compiled_plan(rule, actor, card.pk)), rule.words()


def test_a_write_finds_the_cards_that_its_actor_may_view(actors: list[Actor]) -> None:
    cards = registry.resource_of(Card)
    for card in Card.objects.all():
        may = [cards.view.permits(actor, card) for actor in actors]
        assert [_is_found(cards, actor, card.pk) for actor in actors] == may


@pytest.mark.parametrize("resource", list(registry.all_resources()), ids=str)
def test_a_write_can_lock_rows_of_every_resource(resource: Resource, db: None) -> None:
    member, moderator = Actor(new_id()), Actor(new_id(), roles=frozenset({"moderator"}))
    for actor in (ANONYMOUS, member, moderator):
        assert not _is_found(resource, actor, new_id())


def _is_found(resource: Resource, actor: Actor, record_id: UUID) -> bool:
    with transaction.atomic():
        try:
            return visible_row(resource, actor, str(record_id)).pk == record_id
        except Problem:
            return False


def _by_compiled_plan(rule: Rule, actor: Actor, card_id: UUID) -> Sequence[object]:
    """Ask as the read path does: compiled for the kind of actor, the id bound later."""
    scope = rule.scope(UnboundActor(actor.kind), Card)
    plan = compiled(narrowed(Card.objects.filter(pk=card_id), scope).values_list("pk"))
    return run_plan(plan, actor, {ACTOR_ID: actor.id})
