"""Every request of the guides, sent as it stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.guides.exchanges import FOLDER, blocks, exchanges, runs
from tests.users.test_tokens import pair_of

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

pytestmark = pytest.mark.embedded

# Its resource has to be declared first: `test_extending.py`.
GUIDES = sorted(
    path.name
    for path in FOLDER.glob("*.md")
    if blocks(path.name, "http") and path.name != "extending.md"
)


@pytest.fixture
def people(
    anonymous: Persona, alice: Persona, bob: Persona, moderator: Persona, admin: Persona
) -> dict[str, Persona]:
    everyone = (anonymous, alice, bob, moderator, admin)
    return dict(zip(("anonymous", "alice", "bob", "moderator", "admin"), everyone, strict=True))


@pytest.mark.parametrize("guide", GUIDES)
def test_what_is_answered_is_what_the_guide_says(
    people: dict[str, Persona], settings: Settings, guide: str
) -> None:
    settings.SITE_ORIGIN = "https://cards.example"
    ids = {name: each.id for name, each in people.items()}
    runs(guide, people, ids | {"alice_refresh": pair_of(people["alice"])["refresh"]})


def test_most_guides_have_requests() -> None:
    assert len(GUIDES) >= 6
    assert sum(1 for guide in GUIDES for _each in exchanges(guide)) > 40


def test_the_index_names_every_document() -> None:
    docs = FOLDER.parent
    index = (docs / "README.md").read_text()
    for path in docs.rglob("*.md"):
        if path.name != "README.md" and "decisions" not in path.parts:
            assert f"]({path.relative_to(docs)})" in index, path.name
