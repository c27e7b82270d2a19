"""What clients send, checked in a shorter way than Django REST framework's and with its results."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db.models.base import ModelState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from resources import registry, row_sql
from resources.actors import SYSTEM
from resources.writing.inputs import input_class, validated

if TYPE_CHECKING:
    from resources.declaration import Resource


WRITTEN = [
    (resource, verb)
    for resource in registry.all_resources()
    for verb, names in (("create", resource.writable), ("update", resource.editable))
    if names
]
PASSING = (ModelState, UUID, datetime)
"""Types of what no two rows share."""
texts = st.sampled_from(["", " ", "Dragon", "rare", "published", "x" * 5000, "\x00", "불꽃"])
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.lists(texts, max_size=3),
    st.dictionaries(texts, st.integers(), max_size=2),
    st.uuids(version=4).map(str),
)


@st.composite
def bodies(draw: st.DrawFn, resource: Resource, verb: str) -> Any:
    names = [*(resource.writable if verb == "create" else resource.editable), "unheard_of"]
    sent = st.dictionaries(st.sampled_from(names), values)
    return draw(st.one_of(sent, sent, sent, values))


def by_the_book(resource: Resource, verb: str, sent: object) -> object:
    """Check as Django REST framework does by itself."""
    plain = serializers.Serializer
    own_ways = {
        "_writable_fields": vars(plain)["_writable_fields"],
        "run_validators": plain.run_validators,
        "_taken": lambda _serializer, _data: None,
    }
    serializer: Any = type("ByTheBook", (input_class(resource, verb),), own_ways)
    context = {"actor": SYSTEM}
    return serializer(partial=verb == "update", context=context).run_validation(sent)


def outcome(check: Any, *arguments: Any) -> Any:
    """Return what a check finds, with the order in which it finds it."""
    try:
        return list(check(*arguments).items())
    except serializers.ValidationError as error:
        return repr(error.get_full_details())


@pytest.mark.django_db
@pytest.mark.parametrize(("resource", "verb"), WRITTEN, ids=str)
def test_what_is_sent_has_the_same_result_as_by_the_book(resource: Resource, verb: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(bodies(resource, verb))
    def compare(sent: object) -> None:
        ours = outcome(lambda: validated(resource, verb, SYSTEM, sent))
        assert ours == outcome(by_the_book, resource, verb, sent)

    compare()


@pytest.mark.parametrize("resource", list(registry.all_resources()), ids=str)
def test_a_row_is_made_as_its_model_makes_it(resource: Resource) -> None:
    model = resource.record_model
    ours, theirs, another = (vars(row) for row in (row_sql.build(model, {}), model(), model()))
    unshared = {
        name
        for name, value in theirs.items()
        if type(value) in PASSING or value != another[name]  # a random default
    }
    mine, expected = (
        [(name, type(value) if name in unshared else value) for name, value in row.items()]
        for row in (ours, theirs)
    )
    assert mine == expected
