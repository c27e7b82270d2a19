"""A card that anyone may see can be shared: crawlers read its page, browsers go on to the card."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING, Any, override

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cards.share import pictures
from files.models import Variant
from files.pictures.executor import PictureExecutor
from resources import changes
from resources.actors import SYSTEM
from server.app import application
from tests.files.corpus.shown import patches
from tests.files.drawings import drawn
from tests.personas import new_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

served: Any = application
CARD_URL = "https://cards.example.com/cards/{id}"
PUBLISHED = {"status": "published"}


class Page(HTMLParser):
    """What a crawler reads: the language, `meta` by name or property, `link` by relation."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.tags: list[str] = []
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        said = dict(attrs)
        name = said.get("property") or said.get("name") or said.get("rel") or said.get("http-equiv")
        value = said.get("content") or said.get("href") or said.get("lang")
        self.found[name or tag] = value or ""


def shares(persona: Persona, **values: object) -> Any:
    """Create a card with a front; return its record."""
    front = SimpleUploadedFile("x.png", drawn("PNG", patches()))
    values = {"title": "Ember Dragon", "front": front, **PUBLISHED, **values}
    return persona.api.upload("cards", values).json()


def page_of(persona: Persona, card: Any, **headers: str) -> Page:
    answer: Any = persona.api.client.get(f"/share/cards/{card['id']}", headers=headers)
    assert answer.status_code == 200, answer.content
    return Page(answer.content.decode())


def picture_path(persona: Persona, card: object) -> str:
    address = page_of(persona, card).found["og:image"]
    assert address.startswith("http://localhost:8000/share/cards/")
    return address.removeprefix("http://localhost:8000")


def test_a_crawler_reads_what_a_card_is(alice: Persona, anonymous: Persona) -> None:
    card = shares(alice, description="  Breathes\n embers. ")
    found = page_of(anonymous, card).found
    address = f"http://localhost:8000/share/cards/{card['id']}"
    assert found["html"] == "en"
    assert found["og:title"] == found["twitter:title"] == "Ember Dragon"
    assert found["og:description"] == found["description"] == "Breathes embers."
    assert found["og:url"] == found["canonical"] == address
    assert found["og:image"] == found["twitter:image"]
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["twitter:card"] == "summary_large_image"
    assert "robots" not in found
    assert "refresh" not in found


def test_the_picture_is_one_of_1200_by_630(alice: Persona, anonymous: Persona) -> None:
    path = picture_path(anonymous, shares(alice, effects='{"preset": "gold"}'))
    answer: Any = anonymous.api.client.get(path)
    content = answer.getvalue()
    image = Image.open(BytesIO(content))
    assert (answer.status_code, image.format, image.size) == (200, "JPEG", (1200, 630))
    assert answer["Content-Type"] == "image/jpeg"
    assert "public" in answer["Cache-Control"]
    again = anonymous.api.client.get(path, headers={"If-None-Match": answer["ETag"]})
    head = anonymous.api.client.head(path)
    assert (again.status_code, head.status_code) == (304, 200)
    assert head["Content-Length"] == str(len(content))


def test_shared_caches_forget_a_page_with_the_front_of_its_card(
    alice: Persona, anonymous: Persona
) -> None:
    card = shares(alice)
    front: Any = anonymous.api.client.get(
        card["front"]["url"].removeprefix("http://localhost:8000")
    )
    tag = front["Surrogate-Key"]
    for address in (f"/share/cards/{card['id']}", picture_path(anonymous, card)):
        answer: Any = anonymous.api.client.get(address)
        assert tag == answer["Surrogate-Key"] == answer["Cache-Tag"]
        assert answer["Cache-Control"] == "public, max-age=60"


def test_a_title_cannot_leave_its_place(alice: Persona, anonymous: Persona) -> None:
    title = '"><script>alert(1)</script>&amp;'
    page = page_of(anonymous, shares(alice, title=title, description=title))
    assert page.found["og:title"] == page.found["og:description"] == title
    assert "script" not in page.tags


def test_a_page_speaks_the_readers_language(alice: Persona, anonymous: Persona) -> None:
    card = shares(alice, title="잿불 드래곤")
    found = page_of(anonymous, card, accept_language="ko").found
    assert (found["html"], found["og:locale"], found["og:title"]) == ("ko", "ko_KR", "잿불 드래곤")
    assert "카드" in found["og:description"]


def test_a_browser_is_sent_on_to_the_card(
    alice: Persona, anonymous: Persona, settings: Settings
) -> None:
    settings.CARD_URL = CARD_URL
    card = shares(alice)
    address = CARD_URL.replace("{id}", card["id"])
    browser = {"Sec-Fetch-Dest": "document"}
    sent: Any = anonymous.api.client.get(f"/share/cards/{card['id']}", headers=browser)
    assert (sent.status_code, sent["Location"]) == (302, address)
    assert "Sec-Fetch-Dest" in sent["Vary"]
    found = page_of(anonymous, card).found
    assert found["canonical"] == address
    assert found["refresh"] == f"0; url={address}"


@pytest.mark.parametrize(
    "hidden", [{"status": "draft"}, {"status": "archived"}, {"visibility": "private"}]
)
def test_nobody_can_share_what_not_everyone_may_see(
    alice: Persona, anonymous: Persona, hidden: dict[str, str]
) -> None:
    card = shares(alice)
    path = picture_path(anonymous, card)
    assert anonymous.api.client.get(path).status_code == 200
    changed = alice.api.patch(f"cards/{card['id']}", hidden)
    assert changed.status_code == 200, changed.content
    for persona in (anonymous, alice):
        for address in (path, f"/share/cards/{card['id']}"):
            answer = persona.api.client.get(address)
            assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_an_unlisted_card_is_shared_but_not_found(alice: Persona, anonymous: Persona) -> None:
    card = shares(alice, visibility="unlisted")
    assert page_of(anonymous, card).found["robots"] == "noindex"
    path = picture_path(anonymous, card)
    for address in (path, f"/share/cards/{card['id']}"):
        assert anonymous.api.client.get(address)["X-Robots-Tag"] == "noindex"


def test_a_picture_is_made_once_and_again_when_it_shows_something_else(
    alice: Persona, anonymous: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, ask = [], PictureExecutor.ask

    def counted(executor: PictureExecutor, *question: Any) -> bytes:
        made.append(question[1]["composition"]["shown"]["title"])
        return ask(executor, *question)

    monkeypatch.setattr(PictureExecutor, "ask", counted)
    card = shares(alice)
    first = picture_path(anonymous, card)
    for _again in range(3):
        assert anonymous.api.client.get(first).status_code == 200
    alice.api.put(f"cards/{card['id']}/like")
    assert picture_path(anonymous, card) == first
    alice.api.patch(f"cards/{card['id']}", {"title": "Moth"})
    second = picture_path(anonymous, card)
    moved: Any = anonymous.api.client.get(first)
    assert (moved.status_code, moved["Location"]) == (302, second)
    assert anonymous.api.client.get(second).status_code == 200
    assert made == ["Ember Dragon", "Moth"]


def test_nobody_learns_who_made_it_who_may_not_see_them(alice: Persona, anonymous: Persona) -> None:
    card = shares(alice)
    assert page_of(anonymous, card).found["author"] == "Alice"
    first = picture_path(anonymous, card)
    assert alice.user is not None
    changes.update(alice.user, by=SYSTEM, is_active=False)
    page = page_of(anonymous, card)
    assert (page.found["author"], page.found["og:description"]) == ("", "")
    assert picture_path(anonymous, card) != first


def test_a_card_without_a_front_has_no_picture(alice: Persona, anonymous: Persona) -> None:
    card = alice.creates("cards", title="Dragon", **PUBLISHED)
    found = page_of(anonymous, card).found
    assert (found["twitter:card"], "og:image" in found) == ("summary", False)
    answer = anonymous.api.client.get(f"/share/cards/{card['id']}/x.jpg")
    assert answer.status_code == 404


def test_the_front_stands_in_where_no_picture_can_be_made(
    alice: Persona, anonymous: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cards.share.pictures.DRAWN_AS", "otherwise")
    path = picture_path(anonymous, shares(alice))
    monkeypatch.setattr(PictureExecutor, "ask", lambda *_question: b"")
    answer: Any = anonymous.api.client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")


def test_no_more_are_made_at_once_than_there_is_room_for(
    alice: Persona, anonymous: Persona
) -> None:
    path = picture_path(anonymous, shares(alice))
    places = pictures._places()
    held = [places.acquire(blocking=False) for _place in range(3)]
    refused: Any = anonymous.api.client.get(path)
    for is_held in held:
        if is_held:
            places.release()
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert not Variant.objects.exists()
    assert anonymous.api.client.get(path).status_code == 200


@pytest.mark.usefixtures("transactional_db")
def test_a_crawler_fetches_page_and_picture_from_the_server() -> None:
    card = shares(new_member("dana"), effects='{"preset": "radiant"}')

    async def fetch() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:8000", timeout=60
        ) as crawler:
            page = await crawler.get(f"/share/cards/{card['id']}")
            address = Page(page.text).found["og:image"]
            return page, await crawler.get(address), await crawler.head(address)

    page, picture, head = asyncio.run(fetch())
    assert (page.status_code, picture.status_code, head.status_code) == (200, 200, 200)
    assert page.headers["Content-Type"].startswith("text/html")
    assert Image.open(BytesIO(picture.content)).size == (1200, 630)
    assert head.headers["Content-Length"] == str(len(picture.content))
