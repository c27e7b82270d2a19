"""`manage.py hash_art`: have copies be found of pictures from before there were hashes."""

from __future__ import annotations

from typing import override

from django.core.management.base import BaseCommand

from cards.services.art import hash_old_fronts


class Command(BaseCommand):
    """Hashes all pictures at once, which the housekeeping does a hundred an hour."""

    help = "Hash all pictures that miss hashes, by which copies of them are found."

    @override
    def handle(self, *args: object, **options: object) -> None:
        count = 0
        while done := hash_old_fronts():
            count += done
        self.stdout.write(f"Pictures hashed: {count}.")
