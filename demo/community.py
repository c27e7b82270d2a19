"""Builds the demo community through the same services that members use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

from django.utils import timezone

from cards.services.cards import create_card
from cards.services.likes import like_card
from collections_app.services import add_item, create_collection
from community.models import Post, Room
from community.services.chat import write_message
from community.services.comments import write_comment
from demo import artwork, words
from demo.month import leave_cases, note_visits
from files.services import store_picture
from resources.api import SYSTEM, Actor, Progress, changes
from templates_app.effects import PRESETS
from templates_app.models import Template
from templates_app.services import approve_template, submit_template, write_review
from users.models import User, address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cards.models import Card
    from collections_app.models import Collection
    from files.models import File

RARITIES = ("common", "uncommon", "rare", "epic", "legendary", "mythic")
RARITY_WEIGHTS = (30, 24, 20, 14, 8, 4)
SLOTS = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 40},
        "text": {"type": "string", "maxLength": 160},
    },
    "required": ["title"],
}


@dataclass
class Community:
    """What has been built so far; the same seed builds the same community."""

    cards_wanted: int
    progress: Progress
    chance: Random = field(default_factory=lambda: Random(20_260_401))
    members: list[User] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    foils: list[File] = field(default_factory=list)

    def build(self) -> None:
        """Build everything, in an order in which each part finds what it needs."""
        self._each("members", words.MEMBERS, self._add_member)
        self._each("foils", range(6), self._add_foil)
        self._each("templates", words.TEMPLATES, self._add_template)
        self._each("cards", range(self.cards_wanted), self._add_card)
        self._each("likes", self.cards, self._like)
        self._each("collections", words.BINDERS, self._add_collection)
        self._each("posts", range(40), self._add_post)
        self._each("rooms", words.ROOMS, self._add_room)
        note_visits(self.members, self.chance)
        leave_cases(self.members, self.chance)

    def _each[T](self, name: str, items: Sequence[T], build: Callable[[T], object]) -> None:
        for number, item in enumerate(items, start=1):
            build(item)
            self.progress(name, number, len(items))

    def _add_member(self, member: tuple[str, str, str]) -> None:
        username, display_name, bio = member
        element = self.chance.choice(words.TAGS)
        known = User.objects.filter(username=username).first()  # of the story
        user = known or changes.create(
            User,
            by=SYSTEM,
            **address(f"{username}@example.com"),
            username=username,
            display_name=display_name,
            bio=bio,
            password="!",
            is_verified=True,
            created_at=self._moment(400),
        )
        avatar = self._picture(artwork.avatar(element, len(self.members)), user)
        self.members.append(changes.update(user, by=_as(user), avatar=avatar))

    def _add_foil(self, number: int) -> None:
        self.foils.append(self._picture(artwork.foil_texture(number), self.members[number]))

    def _add_template(self, template: tuple[str, str, str]) -> None:
        title, category, description = template
        author = self.chance.choice(self.members)
        draft = changes.create(
            Template,
            by=_as(author),
            author=author,
            title=title,
            category=category,
            description=description,
            slots=SLOTS,
            default_effects={"preset": self.chance.choice(PRESETS)},
            created_at=self._moment(300),
        )
        approved = approve_template(submit_template(draft, by=_as(author)), by=SYSTEM)
        others = [member for member in self.members if member != author]
        for reviewer in self.chance.sample(others, 4):
            stars, text = self.chance.choice((3, 4, 4, 5, 5)), self.chance.choice(words.REVIEWS)
            write_review(
                by=_as(reviewer),
                template=approved,
                author=reviewer,
                stars=stars,
                text=text,
                created_at=self._moment(40),
            )
        self.templates.append(approved)

    def _add_card(self, number: int) -> None:
        creator = self.chance.choice(self.members)
        element = self.chance.choice(words.TAGS)
        rarity = self.chance.choices(RARITIES, RARITY_WEIGHTS)[0]
        place = self.chance.choice(words.PLACES)
        creature = self.chance.choice(words.CREATURES)
        template = self.chance.choice([None, *self.templates])
        title = f"{self.chance.choice(words.ADJECTIVES)} {creature} of {place}"
        card = create_card(
            by=_as(creator),
            creator=creator,
            template=template,
            slots={"title": title[:40]} if template else {},
            title=title,
            description=self.chance.choice(words.FLAVOURS).format(place=place),
            tags=[element, creature.lower()],
            rarity=rarity,
            effects=self._effects(),
            front=self._picture(artwork.card_front(element, rarity, number), creator),
            foil=self.chance.choice(self.foils),
            status="draft" if number % 19 == 18 else "published",
            visibility="private" if number % 23 == 22 else "public",
            created_at=self._moment(self.chance.choice((30, 200))),
        )
        self.cards.append(card)

    def _effects(self) -> dict[str, object]:
        return {
            "preset": self.chance.choice(PRESETS[1:]),
            "intensity": round(self.chance.uniform(0.3, 1), 2),
            "glare": round(self.chance.uniform(0.1, 0.9), 2),
            "angle": self.chance.randrange(0, 360, 15),
            "layers": [{"layer": "front", "depth": 0.2}, {"layer": "foil", "depth": -0.1}],
        }

    def _like(self, card: Card) -> None:
        if card.status != "published" or card.visibility != "public":
            return
        fans = self.chance.sample(self.members, self.chance.randrange(len(self.members)))
        with changes.together():
            for member in fans:
                like_card(changes.locked(card), by=_as(member))

    def _add_collection(self, binder: tuple[str, str]) -> None:
        owner = self.chance.choice(self.members)
        title, description = binder
        collection: Collection = create_collection(
            by=_as(owner), owner=owner, title=title, description=description
        )
        shown = [card for card in self.cards if card.status == "published"]
        for card in self.chance.sample(shown, min(9, len(shown))):
            section = card.get_rarity_display()
            add_item(by=_as(owner), collection=collection, card=card, section=str(section))

    def _add_post(self, _number: int) -> None:
        author = self.chance.choice(self.members)
        shown = [card for card in self.cards if card.status == "published"]
        card = self.chance.choice(shown)
        album = self.chance.sample(shown, min(len(shown), self.chance.randrange(4)))
        post = changes.create(
            Post,
            by=_as(author),
            author=author,
            card=card,
            text=self.chance.choice(words.POSTS),
            images=[str(each.front_id) for each in album if each.front_id],
            tags=card.tags[:1],
            created_at=self._moment(30),
        )
        for writer in self.chance.sample(self.members, self.chance.randrange(4)):
            text = self.chance.choice(words.COMMENTS)
            write_comment(by=_as(writer), author=writer, post=post, text=text)

    def _add_room(self, room: tuple[str, str]) -> None:
        creator = self.chance.choice(self.members)
        title, description = room
        opened = changes.create(
            Room, by=_as(creator), creator=creator, title=title, description=description
        )
        for body in words.CHAT:
            author = self.chance.choice(self.members)
            write_message(by=_as(author), author=author, room=opened, body=body)

    def _picture(self, content: bytes, owner: User) -> File:
        return store_picture(by=_as(owner), upload=BytesIO(content), name="artwork.png")

    def _moment(self, days: int) -> datetime:
        return timezone.now() - timedelta(minutes=self.chance.randrange(1, days * 24 * 60))


def _as(user: User) -> Actor:
    return Actor(user.pk, is_verified=True)
