"""A template is designed, sent back, approved, reviewed and improved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.story.stage import expect

if TYPE_CHECKING:
    from demo.story.stage import Stage
    from resources.json_text import JsonObject

SLOTS: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 40},
        "text": {"type": "string", "maxLength": 160},
    },
    "required": ["title"],
    "additionalProperties": False,
}
WIDER_SLOTS = {**SLOTS, "properties": {**SLOTS["properties"], "power": {"type": "integer"}}}
EFFECTS = {"preset": "cosmos", "intensity": 0.7, "glare": 0.5}


def design_a_template(stage: Stage) -> None:
    """Leo's template is sent back once; his pending edits leave the approved version public."""
    leo, haneul, maren = stage["leo"], stage["haneul"], stage["maren"]
    template = leo.post(
        "templates",
        title="Constellation",
        category="creature",
        description="Stars drawn over the art by the mask layer.",
        slots={"type": "object", "properties": {}},
        default_effects=EFFECTS,
    )
    path = f"templates/{template['id']}"
    stage.visitor.get(path, 404)
    leo.post(f"{path}/submit", 200)
    haneul.post(f"{path}/request-changes", 200, note="칸의 이름을 정해 주세요.")
    leo.patch(path, slots=SLOTS)
    leo.post(f"{path}/submit", 200)
    maren.post(f"{path}/approve", 200)
    leo.patch(path, description="Stars, and a number for those who play.", slots=WIDER_SLOTS)
    shown = stage.visitor.get(path)
    expect((shown["version"], shown["slots"]), (1, SLOTS))
    stage.kept["template"] = template["id"]


def review_the_template(stage: Stage) -> None:
    """Three members review the template, one of them twice; its author can't."""
    template = stage.kept["template"]
    stage["mina"].post("reviews", template=template, stars=5, text="별자리 효과가 정말 예뻐요.")
    review = stage["amara"].post("reviews", template=template, stars=2, text="The text is short.")
    stage["zoe"].post("reviews", template=template, stars=4, text="Prints well.")
    stage["amara"].patch(f"reviews/{review['id']}", stars=3)
    stage["leo"].post("reviews", 403, template=template, stars=5, text="Mine.")
    shown = stage.visitor.get(f"templates/{template}")
    expect((shown["rating_count"], shown["rating_average"]), (3, 4.0))


def improve_the_template(stage: Stage) -> None:
    """Leo's edits become version 2; cards made before stay on version 1."""
    path = f"templates/{stage.kept['template']}"
    stage["leo"].post(f"{path}/submit", 200)
    stage["haneul"].post(f"{path}/approve", 200)
    shown = stage.visitor.get(path)
    expect((shown["version"], shown["slots"]), (2, WIDER_SLOTS))
    dragon = f"cards/{stage.kept['dragon']}"
    card = stage.visitor.get(f"{dragon}?expand=template_version")
    expect(card["expand"]["template_version"]["number"], 1)
    (change,) = stage["mina"].list(f"{path}/upgrade-preview")
    expect((change["id"], change["fits"]), (stage.kept["dragon"], True))
    stage["mina"].post(f"{dragon}/upgrade", 200)
    card = stage.visitor.get(f"{dragon}?expand=template_version")
    expect(card["expand"]["template_version"]["number"], 2)
