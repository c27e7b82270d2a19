"""What is right and not built yet: each test says so, and fails as soon as it is no longer true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources import changes
from resources.actors import SYSTEM
from templates_app.models import Template

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.mark.xfail(reason="a template's default effects are not applied to cards", strict=True)
def test_a_card_gets_the_default_effects_of_its_template(alice: Persona) -> None:
    effects = {"preset": "holo"}
    template = changes.create(
        Template,
        by=SYSTEM,
        author=alice.user,
        title="Full Art",
        slots={},
        default_effects=effects,
        state="approved",
    )
    card = alice.creates("cards", title="Dragon", template=str(template.pk))
    assert card["effects"] == effects
