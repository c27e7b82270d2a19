"""Every page opens and every form can be sent, empty and wrong: no error page, and no secret."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.http import HttpResponse

from resources import registry
from resources.admin.site import AdminSite
from server import error_pages
from tests.admin.counters import wrong_counters
from tests.admin.desks import at_desk, list_of, page_of
from tests.admin.hidden_values import filled_with_secrets
from tests.contract.examples import example_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model
    from django.http import HttpRequest

    from resources.errors import Problem
    from resources.json_text import JsonObject
    from tests.client import Browser, Response
    from tests.personas import Persona


WRONG = {"": "nonsense", "_id": "nonsense", "_at_0": "31.02.", "_at_1": "25:61"}
MODELS = [model for model in apps.get_models() if site.is_registered(model)]


@pytest.fixture(autouse=True)
def menus_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw both menus on the first page of each member alone: they are half of every page."""
    for menu in ("get_sidebar_list", "get_app_list"):
        monkeypatch.setattr(AdminSite, menu, once_for_each(getattr(AdminSite, menu)))


def once_for_each(listed: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    """Have a menu list what there is on one page of a member, and nothing on the others."""
    pages: dict[object, HttpRequest] = {}

    def once(of_site: AdminSite, request: HttpRequest, *label: str) -> list[Any]:
        is_first = pages.setdefault(request.user.pk, request) is request
        return list(listed(of_site, request, *label)) if is_first else []

    return once


@pytest.fixture(autouse=True)
def refusals_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render each page of a refusal once for a member: it is the same whatever was asked for."""
    rendered: dict[tuple[str, str], HttpResponse] = {}
    answer = error_pages.answer

    def once(request: HttpRequest, problem: Problem) -> HttpResponse:
        key = (str(request.user.pk), str(problem.detail))
        if key not in rendered:
            rendered[key] = answer(request, problem)
        return HttpResponse(rendered[key].content, status=problem.status)

    monkeypatch.setattr(error_pages, "answer", once)


def expects_no_error_page(answer: Response) -> None:
    assert answer.status_code < 500, answer.content[-2000:]


def wrong_values(opened: Any) -> JsonObject:
    """Return nonsense for every input of a form."""
    context = opened.context or {}  # none where nothing was rendered
    fields = context["adminform"].form.fields if "adminform" in context else {}
    return {f"{name}{suffix}": wrong for name in fields for suffix, wrong in WRONG.items()}


def sends_form(browser: Browser, page: str, opened: Response, *, is_known: bool = False) -> None:
    """Send a form empty, with nonsense, and with values far too long; a known one with nonsense."""
    if opened.status_code != 200:  # refused before a form is read, whatever it holds
        expects_no_error_page(browser.post(page, {"title": "nonsense"}))
        return
    wrong = wrong_values(opened)
    too_long = dict.fromkeys(wrong, "x" * 20_000)
    odd = () if is_known else ({}, too_long, dict.fromkeys(wrong, "\x00"))
    for sent in (wrong, *odd):
        expects_no_error_page(browser.post(page, sent))


def opens_pages(browser: Browser, pages: list[str]) -> dict[str, Response]:
    """Open pages, none of which is an error."""
    answers = {page: browser.get(page, follow=True) for page in pages}
    for answer in answers.values():
        expects_no_error_page(answer)
    return answers


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_no_page_of_a_model_crashes_and_none_tells_a_moderator_a_secret(
    model: type[Model], alice: Persona, moderator: Persona, admin: Persona
) -> None:
    listed, found = list_of(model), f"{list_of(model)}?q=alice@example.com"
    opened, forms = [listed, found, f"{listed}?p=9&e=1&nope=1"], [f"{listed}add/"]
    secrets = set()
    if registry.is_registered(model):
        row = example_row(registry.resource_of(model), owner=alice)
        secrets = {*filled_with_secrets(row), "alice@example.com"}
        opened += [page_of(row, "history"), page_of(row, "delete")]
        forms += [page_of(row)]
    pages = [*opened, *forms]
    desks = [(desk, opens_pages(desk, pages)) for desk in map(at_desk, (admin, moderator))]
    tells_none_of(secrets, desks[-1][1], found)
    before, known = wrong_counters(), set()
    for desk, answers in desks:
        for page in forms:
            form = (page, *wrong_values(answers[page]))
            sends_form(desk, page, answers[page], is_known=form in known)
            known.add(form)
        for action in offered_actions(answers[listed]):
            sent = {"action": action, "_selected_action": "nonsense"}
            expects_no_error_page(desk.post(listed, sent))
    assert wrong_counters() == before


def tells_none_of(secrets: set[str], answers: dict[str, Response], found: str) -> None:
    """No page says a secret, but the search for one, which finds nothing by it."""
    for page, answer in answers.items():
        text = answer.content.decode()
        assert [each for each in secrets if each in text and page != found] == [], page
    answer = answers[found]
    assert not secrets or answer.status_code == 403 or not answer.context["cl"].result_list


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_no_filter_order_or_action_of_a_list_crashes(
    model: type[Model], alice: Persona, admin: Persona
) -> None:
    is_resource = registry.is_registered(model)
    row = example_row(registry.resource_of(model), owner=alice) if is_resource else None
    desk, page = at_desk(admin), list_of(model)
    listed = desk.get(page)
    if listed.status_code != 200:
        assert listed.status_code == 403
        return
    for address in (*filters_in(listed), orders_in(listed)):
        assert desk.get(f"{page}{address}").status_code == 200, address
    before = wrong_counters()
    for action in offered_actions(listed):
        if row and not type(row)._default_manager.filter(pk=row.pk).exists():
            row = example_row(registry.resource_of(model), owner=alice)
        sent = {"action": action, "_selected_action": [str(row.pk) if row else "1"]}
        expects_no_error_page(desk.post(page, sent, follow=True))
    assert wrong_counters() == before


def filters_in(listed: Response) -> list[str]:
    """Return query strings for every filter of a list, up to three choices of each."""
    changelist = listed.context["cl"]
    return [
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in islice(spec.choices(changelist), 3)
        if "query_string" in choice
    ]


def orders_in(listed: Response) -> str:
    """Return the query string that sorts a list by all its columns, one after the other."""
    count = len(listed.context["cl"].list_display)
    return "?o=" + ".".join(str(number) for number in range(1, count))


def offered_actions(listed: Response) -> list[str]:
    """Return the actions that a list offers."""
    form = listed.context.get("action_form") if listed.context else None
    return [name for name, _label in form.fields["action"].choices if name] if form else []
