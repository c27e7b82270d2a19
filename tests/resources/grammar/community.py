"""Random cards, templates and posts, and random filters about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from cards.models import Card
from community.models import Post
from resources import changes
from resources.actors import SYSTEM
from templates_app.models import Template
from tests.resources.grammar.evaluator import Choice, Document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from resources.json_text import JsonObject
    from tests.personas import Persona

TEXTS: tuple[str, ...] = (
    "",
    "10",
    "1",
    "Dragon",
    "dragon tale",
    "ÉCLAIR",
    "éclair",
    "Straße",
    "STRASSE",
    "100%",
)
TEXTS += ("100% wool", "a_b", "a\\b", "카드수집가", "카드", "ΟΔΟΣ", "common", "2026-01-02", "holo")
NUMBERS = (0, 1, 2, 10, 0.5, 2.5)
TAGS = ("fire", "light", "한국", "étoile", "10")
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = (*(START + timedelta(days=days, hours=days) for days in (0, 1, 31, 365)), None)
EFFECTS: tuple[object, ...] = (
    {},
    {"preset": "holo", "n": 10, "list": [1, 2], "lon": 13.4, "lat": 52.5},
    {"preset": "gold", "n": "10", "list": ["a", "10"], "lon": "x", "lat": 1},
    {"n": 2.5, "a": "", "list": [], "flag": True, "inner": {"n": 1}},
    {"n": None, "a": "Éclair", "list": [None, "", 1, True], "flag": False, "inner": ["n"]},
    {"n": {"n": 1}, "a": 1, "list": {"0": 1}, "flag": 1, "inner": None, "lon": -0.1, "lat": 51.5},
)
RARITIES, CATEGORIES = tuple(Card.Rarity.values), tuple(Template.Category.values)


def populate(random: Random, author: Persona, other: Persona, size: int) -> list[JsonObject]:
    """Fill the database with cards, and return each as the evaluator's row."""
    templates = [_template(random, author if number else other, number) for number in range(4)]
    return [_card(random, author, [None, *templates]) for _number in range(size)]


def _template(random: Random, author: Persona, number: int) -> tuple[object, JsonObject | None]:
    """Make a template; the first one is a draft of somebody else's, which is as if it were not."""
    values = {
        "title": random.choice([text for text in TEXTS if text]),
        "category": random.choice(CATEGORIES),
        "rating_average": random.choice([0.0, 1.0, 2.5]),
        "use_count": random.choice([0, 1, 10]),
        "default_effects": random.choice(EFFECTS),
    }
    slots = {"type": "object", "properties": {}}
    state = "approved" if number else "draft"
    template = changes.create(
        Template, by=SYSTEM, author=author.user, state=state, slots=slots, **values
    )
    values["default_effects"] = Document(values["default_effects"])
    row = values | {"id": template.pk, "category": Choice(str(values["category"]), CATEGORIES)}
    return template, row if number else None


def _card(random: Random, author: Persona, templates: Sequence[Any]) -> JsonObject:
    template, shown_template = random.choice(templates) or (None, None)
    values = {
        "title": random.choice(TEXTS),
        "rarity": random.choice(RARITIES),
        "like_count": random.choice([0, 1, 2, 10]),
        "tags": random.sample(TAGS, random.randrange(3)),
        "effects": random.choice(EFFECTS),
        "published_at": random.choice(MOMENTS),
        "created_at": random.choice(MOMENTS[:-1]),
    }
    card = changes.create(
        Card, by=SYSTEM, creator=author.user, template=template, status="published", **values
    )
    assert author.user
    row = values | {
        "id": card.pk,
        "creator": {"id": author.user.pk, "username": author.user.username},
        "template": shown_template,
        "rarity": Choice(str(values["rarity"]), RARITIES),
        "effects": Document(values["effects"]),
        "posts_via_card": [],
    }
    if not shown_template:
        # The card tells the id of a hidden template, but nothing of it is seen.
        row["template"] = NO_TEMPLATE | {"id": template.pk if template else None}
    row["posts_via_card"] = [
        _post(random, author, card, row) for _number in range(random.choice([0, 0, 1, 2]))
    ]
    return row


NO_TEMPLATE: JsonObject = {
    "title": None,
    "category": None,
    "rating_average": None,
    "use_count": None,
    "default_effects": Document(None),
}


def _post(random: Random, author: Persona, card: Card, card_row: dict[str, object]) -> JsonObject:
    values = {
        "text": random.choice([card.title or "x", random.choice([text for text in TEXTS if text])]),
        "comment_count": random.choice([0, 1, 10]),
        "tags": random.sample(TAGS, random.randrange(3)),
    }
    post = changes.create(Post, by=SYSTEM, author=author.user, card=card, **values)
    return values | {"id": post.pk, "card": card_row}


def quoted(text: str) -> str:
    """Write a text as a literal of the grammar."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


SIGNS = ("=", "!=", "<", "<=", ">", ">=", "~", "!~")
ANY_SIGNS = tuple(f"?{sign}" for sign in SIGNS)
signs = st.sampled_from(SIGNS)
any_signs = st.sampled_from(SIGNS + ANY_SIGNS)
texts = st.sampled_from([*map(quoted, TEXTS), '"%al%"', '"drag%"', '"100\\\\%"', '"ÉC"', '"ss"'])
numbers = st.sampled_from([str(number) for number in (*NUMBERS, -1)])
nothing = st.sampled_from(["null", '""'])
moments = st.sampled_from(['"2026"', '"2026-02"', '"2026-01-02"', '"2026-01-02T01:00:00Z"'])
anything = st.one_of(texts, numbers, nothing, st.sampled_from(["true", "false"]))

text_columns = st.sampled_from(
    ["title", "title:lower", "template.title", "template.title:lower", "creator.username"]
)
number_columns = st.sampled_from(["like_count", "template.rating_average", "template.use_count"])
number_columns |= st.sampled_from(["tags:length", "effects.list:length", "template:length"])
moment_columns = st.sampled_from(["created_at", "published_at"])
document_columns = st.sampled_from(
    [f"effects.{name}" for name in ("n", "a", "list", "flag", "inner.n", "inner.0", "list.0")]
    + ["effects.missing", "template.default_effects.n", "effects", "template.default_effects.a"]
)
listed = st.sampled_from(["tags", "tags:each", "effects.list:each", "posts_via_card.tags"])
of_posts = st.sampled_from(["posts_via_card.text", "posts_via_card.text:lower"])
counted = st.sampled_from(["posts_via_card.comment_count", "posts_via_card.tags:length"])
columns = st.one_of(text_columns, number_columns, moment_columns, document_columns)
columns |= st.sampled_from(["rarity", "template.category", "id", "template", "creator"])
years = st.just('strftime("%Y-%m", published_at)')
distances = st.just("geoDistance(effects.lon, effects.lat, 13.4, 52.5)")


def _compared(left: Any, sign: Any, right: Any) -> Any:
    return st.builds("{} {} {}".format, left, sign, right)


comparisons = st.one_of(
    _compared(text_columns, any_signs, anything),
    _compared(number_columns, signs, st.one_of(numbers, nothing)),
    _compared(number_columns, st.sampled_from(["~", "!~"]), anything),
    _compared(moment_columns, st.sampled_from(SIGNS[:6]), st.one_of(moments, nothing)),
    _compared(moment_columns, st.sampled_from(["~", "!~"]), anything),
    _compared(document_columns, any_signs, anything),
    _compared(listed, any_signs, anything),
    _compared(of_posts, any_signs, st.one_of(anything, columns)),
    _compared(counted, any_signs, st.one_of(numbers, nothing, columns)),
    _compared(st.just("posts_via_card.id"), any_signs, st.one_of(nothing, st.just('"nope"'))),
    _compared(columns, signs, columns),
    _compared(st.just("rarity"), signs, st.sampled_from([*map(quoted, RARITIES), "null", '""'])),
    _compared(st.just("template"), st.sampled_from(["=", "!="]), nothing),
    _compared(years, signs, st.sampled_from(['"2026-01"', '""', "null", "title"])),
    _compared(distances, signs, st.sampled_from(["100", "800", "null", "like_count"])),
    _compared(anything, signs, columns.filter(lambda name: name.startswith("title"))),
    _compared(anything, signs, anything),
    _compared(numbers, st.sampled_from(ANY_SIGNS[:6]), counted),
)
filters = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["&&", "||"]), inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=6,
)
