"""Rare parameters, and rare mistakes in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from resources.models import KeptAnswer
from resources.writing.idempotency import forget_old_answers
from templates_app.models import Template
from templates_app.services import write_review

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

SLOTS: JsonObject = {"type": "object", "properties": {}}


@pytest.fixture
def rated(alice: Persona, bob: Persona, carol: Persona) -> Persona:
    """Make two templates: one with a 5 by bob and a 2 by carol, one without reviews."""
    for title in ("Full Art", "Relic"):
        template = changes.create(
            Template, by=SYSTEM, author=alice.user, title=title, slots=SLOTS, state="approved"
        )
        if title == "Full Art":
            for persona, stars in ((bob, 5), (carol, 2)):
                write_review(by=persona.actor, template=template, author=persona.user, stars=stars)
    return alice


def titles(persona: Persona, expression: str) -> set[str]:
    response = persona.api.get("templates", filter=expression)
    assert response.status_code == 200, response.content
    return {template["title"] for template in response.json()["results"]}


def test_back_relations_ask_any_or_every_row(rated: Persona, bob: Persona) -> None:
    assert titles(rated, "reviews_via_template.stars ?= 5") == {"Full Art"}
    assert titles(rated, "reviews_via_template.stars = 5") == set()
    assert titles(rated, "reviews_via_template.stars > 1") == {"Full Art"}
    assert titles(rated, "reviews_via_template.stars != 3") == {"Full Art", "Relic"}
    by_bob = f'reviews_via_template.author ?= "{bob.id}"'
    assert titles(rated, f"{by_bob} && reviews_via_template.stars ?= 5") == {"Full Art"}
    # Both are asked of one and the same review.
    assert titles(rated, f"{by_bob} && reviews_via_template.stars ?= 2") == set()
    assert titles(rated, f"{by_bob} || reviews_via_template.stars ?= 2") == {"Full Art"}
    name = 'reviews_via_template.author.username:lower ?= "bob"'
    assert titles(rated, name) == {"Full Art"}


@pytest.mark.parametrize(
    "expression",
    [
        "title:isset = 1",
        "title.length = 1",
        "author.x_via_y.z = 1",
        "reviews_via_template = 1",
        "reviews_via_title.stars = 1",
        "things_via_template.stars = 1",
        "reviews_via_template.reviews_via_x.y = 1",
        "1 = reviews_via_template.author.tags",
        "title ~ reviews_via_template.stars",
        "a.b.c.d.e.f.g.h = 1",
        'created_at = "2026-13-77"',
        "use_count = @now",
        f"use_count = {'9' * 30}",
        "f(f(f(f(1)))) = 1",
        "strftime(1, created_at) = 1",
        "geoDistance(1, 2 = 3",
        "title = 'x" + "x" * 3500 + "'",
        "author.username.x = 1",
        "title:each = 'Relic'",
        "title:length = 5",
    ],
)
def test_what_a_filter_cannot_mean_is_refused(rated: Persona, expression: str) -> None:
    response = rated.api.get("templates", filter=expression)
    assert response.status_code == 400, response.content
    assert response.json()["errors"][0]["field"] == "filter"


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("created_at > '2026-01-01' && created_at < '2999-01-01T00:00:00+09:00'", 2),
        ("created_at >= @monthStart && created_at <= @monthEnd", 2),
        ("created_at >= @yearStart && created_at <= @yearEnd", 2),
        ("created_at > @yesterday && created_at <= @todayEnd", 2),
        ("use_count = false && use_count < @year", 2),
        ("use_count <= @second && use_count <= @minute && use_count <= @hour", 2),
        ("use_count < @day && use_count < @month && use_count <= @weekday", 2),
        ("geoDistance(use_count, 0, 0, 0) < 1", 2),
        ("geoDistance(10, 50, 10, 50) < 1", 2),
        ('strftime("%Y-%m", created_at) = strftime("%Y-%m", @now)', 2),
        ("title = title && use_count = rating_average", 1),
        ("author.username ~ author.username", 2),
        ("@now > created_at", 2),
        ("id != ''", 2),
        ("title !~ 'e'", 1),
    ],
)
def test_what_a_filter_can_mean(rated: Persona, expression: str, found: int) -> None:
    response = rated.api.get("templates", filter=expression)
    assert response.status_code == 200, response.content
    assert len(response.json()["results"]) == found


def test_a_selection_can_name_all_and_nested_fields(rated: Persona) -> None:
    def keys(**parameters: str) -> JsonObject:
        response = rated.api.get("templates", limit="1", **parameters)
        assert response.status_code == 200, response.content
        record: JsonObject = response.json()["results"][0]
        return record

    assert set(keys(fields="title")) == {"title"}
    assert len(keys(fields="*", expand="author")) > 10
    assert "username" in keys(fields="id,expand", expand="author")["expand"]["author"]
    assert "bio" in keys(fields="expand.author", expand="author")["expand"]["author"]
    nested = keys(fields="expand.author.id,expand.author.bio", expand="author")
    assert set(nested["expand"]["author"]) == {"id", "bio"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fields", ","),
        ("fields", ",".join(["id"] * 101)),
        ("fields", "expand.author.x"),
        ("fields", "expand.template"),
        ("expand", "author.author"),
        ("sort", ",".join(["created_at"] * 9)),
        ("rating_average__in", ",".join(["1"] * 501)),
        ("cursor", "WyItY3JlYXRlZF9hdCwtaWQiLDEsMSwxXQ"),
    ],
)
def test_a_rare_mistake_is_named_too(rated: Persona, name: str, value: str) -> None:
    sent = {"expand": "author", name: value}
    response = rated.api.get("templates", **sent)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_what_is_neither_true_nor_false_is_refused(alice: Persona, value: str) -> None:
    refused = alice.api.get("rooms", is_private=value)
    assert refused.status_code == 400, refused.content
    assert refused.json()["errors"][0]["field"] == "is_private"


def test_expand_has_a_depth(alice: Persona) -> None:
    path = ".".join(["parent"] * 8)
    response = alice.api.get("comments", expand=path)
    assert response.json()["errors"][0]["code"] == "too_deep"


def test_a_parameter_is_given_once_and_records_have_few(rated: Persona) -> None:
    for address in (
        "templates?filter=a&filter=b",
        "templates?limit=1&limit=2",
        "templates?" + "&".join(f"a{number}=1" for number in range(60)),
    ):
        assert rated.api.client.get(f"/api/v1/{address}").status_code == 400
    template = rated.api.get("templates").json()["results"][0]
    assert rated.api.get(f"templates/{template['id']}", limit="1").status_code == 400
    assert rated.api.get("reviews", search="x").status_code == 400
    assert rated.api.get("templates", search=" ").status_code == 200
    assert rated.api.get("templates", count="estimate").json()["count"] == 2


def test_names_are_given_with_commas_or_one_by_one(rated: Persona) -> None:
    """Generated clients write lists either way."""
    found = rated.api.client.get(
        "/api/v1/templates?sort=title&sort=-created_at&fields=title&fields=id&fields=expand.author.id"
        "&expand=author&expand=reviews_via_template&title__in=Relic&title__in=Full%20Art"
    )
    assert found.status_code == 200, found.content
    assert [each["title"] for each in found.json()["results"]] == ["Full Art", "Relic"]
    assert found.json()["results"][0]["expand"]["author"] == {"id": rated.id}


def test_keys_of_requests_are_checked_and_forgotten(alice: Persona) -> None:
    refused = alice.api.post("cards", {"title": "x"}, Idempotency_Key="k" * 300)
    assert refused.status_code == 400
    alice.api.post("cards", {"title": "x"}, Idempotency_Key="k")
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert alice.api.post("cards", {"title": "y"}, Idempotency_Key="k").status_code == 201
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert forget_old_answers() == 1
    reviewed = {"template": alice.id, "stars": 5}
    assert alice.api.post("reviews", reviewed, Idempotency_Key="r").status_code == 400


def test_a_conflict_under_a_key_is_a_conflict(rated: Persona, bob: Persona) -> None:
    template = rated.api.get("templates", title="Full Art").json()["results"][0]
    again = {"template": template["id"], "stars": 1}
    assert bob.api.post("reviews", again, Idempotency_Key="k").status_code == 409
    batch = {"requests": [{"method": "POST", "path": "reviews", "body": again}]}
    assert bob.api.post("batch", batch, Idempotency_Key="b").status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "nothing", 404),
        ("POST", "cards/1/2/3", 404),
        ("POST", "cards/1/dance", 404),
        ("PUT", "cards/1", 405),
        ("DELETE", "cards", 405),
    ],
)
def test_a_batch_names_what_it_cannot_do(
    alice: Persona, method: str, path: str, status: int
) -> None:
    sent = {"requests": [{"method": method, "path": path, "body": {}}]}
    response = alice.api.post("batch", sent, Idempotency_Key="once")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (status, "requests.0")


def test_a_write_that_cannot_be_answered_does_not_happen(alice: Persona) -> None:
    sent = alice.api.client.post(
        "/api/v1/cards?fields=nothing", {"title": "x"}, content_type="application/json"
    )
    assert sent.status_code == 400
    assert alice.api.get("cards").json()["results"] == []
