"""A moderator's day in a real browser, by keyboard at a desk and by thumb on a phone in Korean."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from community.models import ModerationCase
from files.services import store_picture
from files.storage import set_up_storage
from tests.admin.windows import DESKTOP, PHONE, Window
from tests.browsers import chromium
from tests.personas import new_member
from users.services.accounts import change_password

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from resources.json_text import JsonObject
    from tests.personas import Persona

# What a browser shows; the hour of `test_moderators_hour` is worked on both halves.
pytestmark = pytest.mark.embedded

SECRET = "a correct horse 9"
FOIL = {"preset": "galaxy", "intensity": 0.9}


@pytest.fixture
def window(
    live_server: LiveServer, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Window]:
    settings.PUBLIC_URL = live_server.url
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield Window(browser, live_server.url)


def with_picture(persona: Persona, **values: object) -> Any:
    set_up_storage()
    picture = BytesIO()
    Image.new("RGB", (250, 350), "#274").save(picture, "PNG")
    picture.seek(0)
    front = store_picture(by=persona.actor, upload=picture)
    return persona.creates("cards", front=str(front.pk), effects=FOIL, **values)


def reports(persona: Persona, resource: str, record: JsonObject, text: str = "") -> None:
    sent = {"target_resource": resource, "target_id": record["id"], "reason": "spam", "text": text}
    persona.creates("reports", **sent)


def case_about(record: JsonObject, kind: str = "report") -> ModerationCase:
    return ModerationCase.objects.get(target_id=record["id"], kind=kind)


def moderates(persona: Persona) -> None:
    assert persona.user is not None
    change_password(persona.user, SECRET)


def test_a_day_from_signing_in_to_the_appeal(
    window: Window, alice: Persona, bob: Persona, carol: Persona, moderator: Persona
) -> None:
    card = with_picture(alice, title="Buy followers", status="published")
    posts = [alice.creates("posts", text=f"Harmless {number}") for number in range(2)]
    reports(bob, "cards", card, "The third time today.")
    reports(carol, "cards", card)
    for post in posts:
        reports(bob, "posts", post)
    moderates(moderator)
    signs_in_and_decides_by_keyboard(window, card)
    closes_the_others_together(window, posts)
    action = reads_what_became_of_it(alice, bob)
    alice.creates("appeals", action=action["id"], text="It is my grandmother's shop.")
    cannot_decide_the_appeal(window, card)
    second = new_member("mina", roles=["moderator"])
    moderates(second)
    overturns_on_the_phone_in_korean(window, card)
    assert bob.api.get(f"cards/{card['id']}").status_code == 200
    (appeal,) = alice.api.get("appeals").json()["results"]
    assert (appeal["outcome"], appeal["answer"]) == ("overturned", "가게 소개는 괜찮습니다.")
    window.opens(f"/admin/cards/card/{card['id']}/history/")
    assert {"moderator", "mina"} <= set(window.text.split())
    assert window.faults() == []


def signs_in_and_decides_by_keyboard(window: Window, card: JsonObject) -> None:
    window.becomes(DESKTOP, "en")
    window.signs_in("moderator", SECRET)
    assert "What waits" in window.text
    assert window.faults() == []
    window.clicks('a[href="/admin/moderation/queue/"]')
    window.waits(lambda: "Buy followers" in window.text)
    assert window.faults() == []
    window.presses("n")
    window.waits(lambda: window.path == f"/admin/moderation/cases/{case_about(card).pk}/")
    shown = window.text
    for text in ("Buy followers", "@alice", "The third time today.", "Claimed by @moderator"):
        assert text in shown, text
    assert window.browser.find_elements(By.CSS_SELECTOR, '.card-face[data-preset="galaxy"] img')
    assert window.faults() == []
    window.presses("1")
    window.presses("2")
    ticked = window.browser.find_elements(By.CSS_SELECTOR, ".mod-choices input:checked")
    assert [each.get_attribute("value") for each in ticked] == ["hide"]
    window.presses("r")
    window.types("No advertising.")
    window.presses(Keys.CONTROL, Keys.ENTER)
    window.waits(lambda: "Decided. This is the next case." in window.text)
    assert "Harmless" in window.text
    assert window.faults() == []


def closes_the_others_together(window: Window, posts: Any) -> None:
    window.presses("q")
    window.waits(lambda: window.path == "/admin/moderation/queue/")
    for box in window.browser.find_elements(By.NAME, "case"):
        box.click()
    window.clicks('input[name="kind"][value="dismiss"]')
    window.clicks(".mod-queue .mod-button")
    window.waits(lambda: "2 cases decided." in window.text)
    assert "Nothing waits." in window.text
    assert {case_about(post).decision for post in posts} == {"dismissed"}
    assert window.faults() == []


def reads_what_became_of_it(author: Persona, reporter: Persona) -> Any:
    """Return the line of the log that the author reads, after the reporter has read theirs."""
    outcomes = [one["outcome"] for one in reporter.api.get("reports").json()["results"]]
    assert sorted(outcomes) == ["dismissed", "dismissed", "upheld"]
    log = author.api.get("moderation-log", kind="hide").json()["results"]
    assert [(line["reason"], line["subject"]) for line in log] == [("No advertising.", author.id)]
    return log[0]


def cannot_decide_the_appeal(window: Window, card: JsonObject) -> None:
    window.opens("/admin/moderation/queue/")
    box = window.browser.find_element(By.NAME, "case")
    assert not box.is_enabled()
    window.opens(f"/admin/moderation/cases/{case_about(card, 'appeal').pk}/")
    assert "grandmother" in window.text
    assert not window.browser.find_elements(By.ID, "decision")


def overturns_on_the_phone_in_korean(window: Window, card: JsonObject) -> None:
    window.becomes(PHONE, "ko")
    window.signs_in("mina", SECRET)
    assert "기다리는 일" in window.text
    assert window.faults() == []
    window.opens("/admin/moderation/queue/")
    assert window.faults() == []
    window.clicks('button[name="next"]')
    window.waits(lambda: window.path == f"/admin/moderation/cases/{case_about(card, 'appeal').pk}/")
    shown = window.text
    for text in ("이의가 제기된 결정", "No advertising.", "결정 취소", "진행 기록", "grandmother"):
        assert text in shown, text
    assert window.faults() == []
    window.clicks('input[value="overturn"]')
    window.clicks('textarea[name="reason"]')
    window.types("가게 소개는 괜찮습니다.")
    window.clicks("[data-submit]")
    window.waits(lambda: "더 처리할 것이 없습니다." in window.text)
    assert window.faults() == []
