"""Personal columns that the database holds only sealed, and blind indexes to find them by.

Sealing is Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) under the newest
of `settings.SEALING_KEYS()`; older keys still open what they sealed, until it is sealed anew
(`reseal`). Every process reads the keys again after `KEYS_ARE_FRESH_FOR`, and whenever it meets
something that it can't open.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, override

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models, transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast

from resources.documents.completion import complete_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

MARK = "~sealed~"
SEALED = re.compile(r'"~sealed~([\w=-]+)"')
BATCH = 500
KEYS_ARE_FRESH_FOR = 5.0
"""Seconds after which a process reads the keys again, and so seals under a new one."""


class SealedField(models.TextField[str, str]):
    """A text that is sealed in the database; empty text stays empty.

    It can be selected but not compared: look it up by a blind index.
    """

    @override
    def get_prep_value(self, value: object) -> object:
        text = super().get_prep_value(value)
        return seal(text) if text else text

    def from_db_value(
        self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> str | None:
        """Open what the database gives."""
        return unseal(value) if value else value

    @override
    def get_lookup(self, lookup_name: str) -> type[models.Lookup] | None:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: it can't be compared, only its blind index")
        return super().get_lookup(lookup_name)


def seal(text: str) -> str:
    """Seal a text under the newest key."""
    return MARK + _keys().newest.encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Open a sealed text; raises InvalidToken when none of the keys has sealed it."""
    token = sealed.removeprefix(MARK).encode()
    try:
        return _keys().all.decrypt(token).decode()
    except InvalidToken:
        # Another process may have brought in a new key.
        forget_keys()
        return _keys().all.decrypt(token).decode()


def is_under_newest_key(sealed: str) -> bool:
    """Return whether a text is sealed under the key that new ones are sealed under."""
    try:
        _keys().newest.decrypt(sealed.removeprefix(MARK).encode())
    except InvalidToken:
        return False
    return True


def unsealed_document(document: str) -> str:
    """Open the sealed texts in a JSON document that the database has put together."""
    return SEALED.sub(_opened, document)


def derived_keys(purpose: str) -> Sequence[bytes]:
    """Return a key for a purpose of every secret that sealing knows, 32 bytes each, newest first.

    What is authenticated under the newest is so for as long as the secret is there.
    """
    return _derived_keys(purpose, _keys().secrets)


def blind_index(text: str) -> str:
    """Return a keyed digest (HMAC-SHA256, 64 hex digits) that equal texts share."""
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), text.encode(), sha256).hexdigest()


def sealed_columns() -> list[tuple[type[models.Model], list[str]]]:
    """Return every model with sealed columns, and their names."""
    found = []
    for model in apps.get_models():
        names = [f.name for f in model._meta.concrete_fields if isinstance(f, SealedField)]
        if names:
            found.append((model, names))
    return found


def reseal(model: type[models.Model], column: str) -> int:
    """Seal a column anew wherever an older key has sealed it; returns the number of values.

    It goes on from where it was cut short, as values under the newest key are passed over. The
    log hears nothing: no value changes, and a value that does meanwhile is left alone. Raises
    InvalidToken for a value that none of the keys can open.
    """
    count = 0
    for batch in _sealed_values(model, column):
        with transaction.atomic():
            for key, sealed in batch:
                if not is_under_newest_key(sealed):
                    same = _with_sealed(model, column).filter(pk=key, sealed=sealed)
                    count += same.update(**{column: unseal(sealed)})
    return count


def is_resealed(model: type[models.Model], column: str) -> bool:
    """Return whether everything in a column is sealed under the newest key."""
    batches = _sealed_values(model, column)
    return all(is_under_newest_key(sealed) for batch in batches for _key, sealed in batch)


def can_open(model: type[models.Model], column: str) -> bool:
    """Return whether the newest sealed value of a column, if any, is under one of the keys."""
    sealed = _with_sealed(model, column).filter(sealed__startswith=MARK).order_by("-pk")
    try:
        for text in sealed.values_list("sealed", flat=True)[:1]:
            unseal(text)
    except InvalidToken:
        return False
    return True


def forget_keys() -> None:
    """Read the keys anew at the next use."""
    _read_keys.cache_clear()


def _sealed_values(
    model: type[models.Model], column: str
) -> Iterator[Sequence[tuple[object, str]]]:
    """Return key and sealed text of every value of a column, in batches."""
    rows = _with_sealed(model, column).filter(sealed__startswith=MARK).order_by("pk")
    pairs = rows.values_list("pk", "sealed")
    batch = list(pairs[:BATCH])
    while batch:
        yield batch
        batch = list(pairs.filter(pk__gt=batch[-1][0])[:BATCH])


def _with_sealed(model: type[models.Model], column: str) -> models.QuerySet[models.Model]:
    """Return all rows of a model with the column as the database holds it."""
    return model._base_manager.annotate(sealed=Cast(F(column), TextField()))


def _opened(match: re.Match[str]) -> str:
    try:
        return orjson.dumps(unseal(match[1])).decode()
    except InvalidToken:  # words of a member that only look like it
        return match[0]


@lru_cache(maxsize=8)
def _derived_keys(purpose: str, secrets: tuple[str, ...]) -> Sequence[bytes]:
    return [hmac.digest(secret.encode(), purpose.encode(), sha256) for secret in secrets]


class _Keys(NamedTuple):
    secrets: tuple[str, ...]
    newest: Fernet
    all: MultiFernet


def _keys() -> _Keys:
    return _read_keys(int(monotonic() // KEYS_ARE_FRESH_FOR))


@lru_cache(maxsize=1)
def _read_keys(_period: int) -> _Keys:
    """Read the keys, once in each period."""
    secrets: tuple[str, ...] = tuple(settings.SEALING_KEYS())
    keys = [Fernet(_fernet_key(secret)) for secret in secrets]
    return _Keys(secrets, keys[0], MultiFernet(keys))


def _fernet_key(secret: str) -> bytes:
    """Make 32 bytes of a secret that has at least as much chance in it."""
    return urlsafe_b64encode(sha256(b"sealing:" + secret.encode()).digest())


complete_by(MARK, unsealed_document)
