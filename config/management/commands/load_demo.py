"""`manage.py load_demo`: fill an empty Holobase with a demo community."""

from argparse import ArgumentParser
from typing import override

from django.core.management.base import BaseCommand

from cards.models import Card
from demo.community import Community
from demo.story.inside import tell_inside
from resources.api import ProgressBar


class Command(BaseCommand):
    """Loads the demo community once."""

    help = (
        "Load a demo community: members, cards with pictures, templates, collections, posts, chat."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cards", type=int, default=240)

    @override
    def handle(self, *args: object, cards: int, **options: object) -> None:
        if Card.objects.exists():
            self.stdout.write("There are cards already; the demo is for an empty Holobase.")
            return
        self.stdout.write("  the story of eight members and two moderators")
        tell_inside()
        # Not in one transaction: pictures are read and stored, and nobody is to wait for that.
        Community(cards, ProgressBar(self.stdout).show).build()
