"""Whether the secrets of this process are those that the database was filled with.

The database keeps a known text under each of them. A host with a data folder of its own, and so
with secrets of its own, is found out when it starts rather than by what its members can't open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import CommandError
from django.utils.crypto import constant_time_compare, salted_hmac

from config.models import KeyCheck
from resources import sealing

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = "holobase"
SEALING, INDEX, SECRET = "SEALING_KEYS", "BLIND_INDEX_KEY", "SECRET_KEY"


def require_fitting_keys() -> None:
    """Check the secrets against the database, which takes them down if it knows none yet.

    Raises CommandError when they don't fit.
    """
    unfit = list(unfit_keys())
    if unfit:
        raise CommandError(
            f"The keys of this host don't fit the database: {', '.join(unfit)}. Give it those of"
            " the first host (docs/operations.md, “Several hosts”)."
        )
    if not KeyCheck.objects.exists():
        KeyCheck.objects.create(
            known_text=KNOWN, blind_index=sealing.blind_index(KNOWN), secret_key=secret_key_digest()
        )


def accept_secret_key() -> None:
    """Take the present SECRET_KEY for the right one."""
    KeyCheck.objects.update(secret_key=secret_key_digest())


def secret_key_digest() -> str:
    """Return a digest that only the same SECRET_KEY gives."""
    return salted_hmac("config.key_check", KNOWN, algorithm="sha256").hexdigest()


def unfit_keys() -> Iterator[str]:
    """Yield the variables whose values are not those of the database."""
    if not _opens_everything():
        yield SEALING
    check = KeyCheck.objects.defer("known_text").first()
    if check is None:
        return
    if not constant_time_compare(check.blind_index, sealing.blind_index(KNOWN)):
        yield INDEX
    if not constant_time_compare(check.secret_key, secret_key_digest()):
        yield SECRET


def _opens_everything() -> bool:
    """Return whether the newest value of each sealed column can be opened.

    So an installation from before there was a `KeyCheck` is checked by what it holds.
    """
    columns = [(model, name) for model, names in sealing.sealed_columns() for name in names]
    return all(sealing.can_open(model, name) for model, name in columns)
