"""A moderator of one room works in the admin too, and finds nothing there but what is of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.urls import reverse

from community.models import Appeal, CaseAction, CaseEvent, CaseNote, ModerationCase, Report
from resources import registry
from tests.admin.desks import at_desk, list_of, page_of
from tests.contract.examples import example_row

if TYPE_CHECKING:
    from tests.client import Browser
    from tests.personas import Persona

MODELS = [model for model in apps.get_models() if site.is_registered(model)]
OF_CASES = {Appeal, CaseAction, CaseEvent, CaseNote, ModerationCase, Report}


@pytest.fixture
def cases(alice: Persona, bob: Persona, admin: Persona, moderator: Persona) -> list[ModerationCase]:
    """Have a message of bob's room and one of another reported and noted on, and a log of both.

    Carol moderates the first.
    """
    found = []
    for host, member in ((bob, alice), (admin, bob)):
        room = host.creates("rooms", title=f"Room of {host.id}")["id"]
        for text in ("Rude.", "Ruder."):
            said = member.creates("messages", room=room, body=text)["id"]
            host_report = {"target_resource": "messages", "target_id": said, "reason": "spam"}
            moderator.creates("reports", **host_report)
            found.append(ModerationCase.objects.get(target_id=said))
            moderator.creates("case-notes", case=str(found[-1].pk), text="Look.")
        decision = {"actions": [{"kind": "hide"}], "reason": "Rude."}
        moderator.api.post(f"moderation-cases/{found[-1].pk}/decide", decision)
        line = CaseAction.objects.get(case=found[-1])
        member.creates("appeals", action=str(line.pk), text="No.")
    return found


@pytest.fixture
def desk(cases: list[ModerationCase], carol: Persona, admin: Persona) -> Browser:
    room = cases[0].scope.removeprefix("rooms/")
    admin.creates("moderator-scopes", moderator=carol.id, room=room)
    return at_desk(carol)


def is_of_the_room(row: Any, scope: str) -> bool:
    case = row if isinstance(row, ModerationCase) else row.case
    return bool(case.scope == scope)


def test_every_page_shows_what_is_of_the_room_alone(
    desk: Browser, cases: list[ModerationCase], alice: Persona
) -> None:
    scope = cases[0].scope
    for model in MODELS:
        listed = desk.get(list_of(model))
        if model not in OF_CASES:
            assert listed.status_code == 403, model
            continue
        rows = list(listed.context["cl"].result_list)
        expected = [row for row in model._default_manager.all() if is_of_the_room(row, scope)]
        assert {row.pk for row in rows} == {row.pk for row in expected} != set(), model
        others = model._default_manager.exclude(pk__in=[row.pk for row in rows])
        assert others.exists(), model
        for row, is_open in [(rows[0], True), (others[0], False)]:
            for page in ("change", "history"):
                status = desk.get(page_of(row, page)).status_code
                assert (status == 200) is is_open, (model, page)
    asked = {"app_label": "community", "model_name": "casenote", "field_name": "case"}
    offered = desk.get(reverse("admin:autocomplete"), {"term": "", **asked}).json()["results"]
    assert {each["id"] for each in offered} == {
        str(case.pk) for case in ModerationCase.objects.filter(scope=scope)
    }
    for model in MODELS:
        if registry.is_registered(model) and model not in OF_CASES:
            row = example_row(registry.resource_of(model), owner=alice)
            assert desk.get(page_of(row)).status_code == 403, model


def test_the_queue_of_a_room_is_worked_like_any_other(
    desk: Browser, cases: list[ModerationCase], carol: Persona, alice: Persona
) -> None:
    own, other = cases[0], cases[2]
    first = desk.get("/admin/")
    assert first.status_code == 200
    assert [each["count"] for each in first.context["waiting"]] == [1, 0, 0, 1]
    assert "/admin/users/" not in first.content.decode()
    queue = desk.get(reverse("admin:moderation_queue"))
    assert [case.scope for case, _summary in queue.context["rows"]] == [own.scope] * 2
    page, closed = (reverse("admin:moderation_case", args=[case.pk]) for case in (own, other))
    assert desk.get(closed).status_code == 404
    assert desk.post(closed, {"act": "claim"}).status_code == 404
    shown = desk.get(page)
    assert {choice.kind for choice in shown.context["choices"]} == {
        "dismiss",
        "hide",
        "request_changes",
        "delete",
    }
    assert "/admin/users/" not in shown.content.decode()
    desk.post(page, {"act": "claim"})
    desk.post(page, {"act": "note", "text": "Seen."})
    desk.post(page, {"act": "decide", "kind": ["hide", "ban"], "reason": "Rude."})
    own.refresh_from_db()
    assert own.state == "claimed", "sanctions are for moderators of everything"
    desk.post(page, {"act": "decide", "kind": "hide", "reason": "Rude."})
    own.refresh_from_db()
    assert (own.state, str(own.decided_by_id)) == ("decided", carol.id)
    assert own.notes.filter(text="Seen.").exists()
    ticked = {"case": [str(other.pk)], "kind": "hide", "reason": "Rude."}
    desk.post(reverse("admin:moderation_queue"), ticked)
    other.refresh_from_db()
    assert other.state == "open"
