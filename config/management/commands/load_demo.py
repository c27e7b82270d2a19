"""`manage.py load_demo`: fill an empty Holobase with a demo community."""

from argparse import ArgumentParser
from typing import Any, override

from django.core.management.base import BaseCommand

from cards.models import Card
from demo.community import Community

BAR = 30


class Command(BaseCommand):
    """Loads the demo community once."""

    help = (
        "Load a demo community: members, cards with pictures, templates, collections, posts, chat."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cards", type=int, default=240)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if Card.objects.exists():
            self.stdout.write("There are cards already; the demo is for an empty Holobase.")
            return
        # Not in one transaction: pictures are read and stored, and nobody is to wait for that.
        Community(options["cards"], self._show).build()

    def _show(self, name: str, done: int, wanted: int) -> None:
        filled = BAR * done // wanted
        ending = "\n" if done == wanted else ""
        bar = "█" * filled + "·" * (BAR - filled)
        self.stdout.write(f"\r  {name:12} {bar} {done}/{wanted}", ending=ending)
        self.stdout.flush()
