"""Signing in in a pop-up: the answer goes to the page that opened it, and to no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tests.users.social.apps import HOME

if TYPE_CHECKING:
    from tests.users.social.apps import App
    from tests.users.social.forger import Forger

OPENER = "Cross-Origin-Opener-Policy"


@pytest.fixture
def page(app: App, forger: Forger) -> Any:
    return app.come_back(forger.log_in(app.departure("forger", mode="popup")))


def handed(page: Any) -> Any:
    found = re.search(r'<script id="handed" type="application/json">(.*?)</script>', page.text)
    assert found
    return orjson.loads(found[1])


def test_the_page_hands_the_code_to_the_apps_origin_alone(app: App, page: Any) -> None:
    assert page.status_code == 200, page.content
    content = handed(page)
    assert content["origin"] == "https://cards.example"
    assert set(content["answer"]) == {"code", "state"}
    assert content["answer"]["state"] == app.state
    assert content["address"].startswith(f"{HOME}?code=")
    assert "handed.answer, handed.origin" in page.text
    assert '"*"' not in page.text
    assert app.exchange(content["answer"]["code"], "forger").status_code == 200


def test_the_page_hands_an_error_alike(app: App, forger: Forger) -> None:
    forger.changed = {"nonce": "another"}
    page = app.come_back(forger.log_in(app.departure("forger", mode="popup")))
    answer = handed(page)["answer"]
    assert (answer["error"], answer["state"]) == ("server_error", app.state)
    assert "code" not in answer


def test_the_page_runs_its_own_script_alone(app: App, page: Any) -> None:
    policy = page["Content-Security-Policy"]
    (nonce,) = re.findall(r"script-src 'nonce-([\w-]{22})';", policy)
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert f'<script nonce="{nonce}">' in page.text
    assert page.text.count("<script") == 2
    assert page["Cache-Control"] == "no-store"


def test_a_state_cannot_break_out_of_the_page(app: App, forger: Forger) -> None:
    app.state = "</script><script>alert(1)</script>"
    page = app.come_back(forger.log_in(app.departure("forger", mode="popup")))
    assert page.text.count("<script") == 2
    assert handed(page)["answer"]["state"] == app.state


def test_a_popup_keeps_its_opener_on_the_whole_way(app: App, forger: Forger, page: Any) -> None:
    assert app.begin("forger", mode="popup")[OPENER] == page[OPENER] == "unsafe-none"
    begun = app.begin("forger")
    assert begun[OPENER] == "same-origin"
    assert app.come_back(forger.log_in(begun["Location"]))[OPENER] == "same-origin"
