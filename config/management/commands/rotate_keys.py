"""`manage.py rotate_keys`: new keys for tokens and for sealed columns."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, override

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from config import env
from config.key_check import accept_secret_key
from resources import sealing
from users.services.signing import rotate_signing_key

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from django.db.models import Model

KEYS = "SEALING_KEYS"


class Command(BaseCommand):
    """Brings in new keys while everything keeps running."""

    help = "Bring in a new key for tokens, for sealed columns, or both."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--tokens",
            action="store_true",
            help="sign tokens with a new key; the old one verifies until its last token is out",
        )
        parser.add_argument(
            "--fields",
            action="store_true",
            help="seal personal columns anew under a new key, or under the newest one given from"
            " outside; a run that was cut short is finished first",
        )

        parser.add_argument(
            "--secret-key",
            action="store_true",
            help="take a SECRET_KEY that you have changed for the right one: sessions of the admin"
            " and links in mails that are out end",
        )

    @override
    def handle(self, *args: object, **options: object) -> None:
        if not any(options[name] for name in ("tokens", "fields", "secret_key")):
            raise CommandError("Say what to rotate: --tokens, --fields or --secret-key.")
        if options["secret_key"]:
            accept_secret_key()
            self.stdout.write("The SECRET_KEY of this host is the right one from now on.")
        if options["tokens"]:
            self.stdout.write(f"Tokens are signed with {rotate_signing_key().pk} from now on.")
        if options["fields"]:
            self._bring_in_key()
            self._reseal()

    def _bring_in_key(self) -> None:
        sealing.forget_keys()
        if not env.is_generated(KEYS):
            self.stdout.write(f"{KEYS} comes from outside: sealing under its first key.")
        elif not all(sealing.is_resealed(*column) for column in sealed_columns()):
            self.stdout.write("An earlier rotation is not finished: going on with its key.")
        else:
            env.add_generated_secret(KEYS)
            sealing.forget_keys()
            # Until then other processes may still seal under the key before.
            sleep(sealing.KEYS_ARE_FRESH_FOR)
            self.stdout.write("A new key is in front of the others.")

    def _reseal(self) -> None:
        for model, column in sealed_columns():
            name = f"{model._meta.label}.{column}"
            try:
                count = sealing.reseal(model, column)
            except InvalidToken:
                raise CommandError(f"{name} has a value that none of the keys opens.") from None
            self.stdout.write(f"  {name:28} {count} sealed anew")
        self.stdout.write(f"Everything is under the first of {KEYS}; the others can be dropped.")


def sealed_columns() -> Sequence[tuple[type[Model], str]]:
    """Return every sealed column with its model."""
    return [(model, name) for model, names in sealing.sealed_columns() for name in names]
