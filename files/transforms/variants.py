"""Each variant is made once, whoever asks for it in whichever process, and kept.

A row says that somebody makes it, until when; it is taken over when that time has passed, as after
a kill. Whoever makes it has given up by then, so that no two processes ever make the same.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from time import sleep
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from files.models import File, Variant
from files.pictures.executor import too_many_pictures, variant_executor
from files.pictures.picture import PictureError
from files.pictures.preview_sizes import is_enough
from files.transforms.metrics import VARIANTS_MADE
from files.transforms.resolving import content_type_of, name_of
from resources.api import not_visible, row_sql, together

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from files.pictures.picture import Rendering

PAUSE = 0.1
"""Seconds between two looks at what another process makes."""
PREVIEW = "preview.jpg"
"""The name of a file's preview among its variants, which nobody can ask for."""
CLAIM = """
INSERT INTO files_variant (file_id, name, claimed_until, content_type, digest)
VALUES (%s, %s, %s, %s, '')
ON CONFLICT (file_id, name) DO UPDATE SET claimed_until = excluded.claimed_until
WHERE files_variant.size IS NULL AND files_variant.claimed_until < %s
RETURNING id, (
    SELECT COUNT(*) FROM files_variant AS other
    WHERE other.file_id = files_variant.file_id AND other.id != files_variant.id
)
"""
"""Inserts the row of a variant, or takes over one whose time has passed; else does nothing.

Returns the row's id, and how many others the file has.
"""

MADE = """
SELECT id, size, content_type, digest FROM files_variant
WHERE file_id = %s AND name = %s AND size IS NOT NULL
"""
STORED = """
UPDATE files_variant SET size = %s, digest = %s
WHERE id = %s AND size IS NULL AND claimed_until = %s
RETURNING id
"""
"""Says that the bytes of a variant are there, unless its claim was taken over or the file is gone.

By hand as the two above: each new variant runs it.
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a variant of a file is made: its name among the file's, its type, and what makes it.

    `make` takes the file and the seconds it may take. It raises PictureError where it can't,
    Problem 404 when the file goes meanwhile; it returns nothing where the original will do.
    """

    name: str
    content_type: str
    make: Callable[[File, float], bytes]


def recipe_of(rendering: Rendering) -> Recipe:
    """Return how a rendering is made."""

    def make(file: File, seconds: float) -> bytes:
        with _source(file, rendering) as stored:
            made = variant_executor().render(stored, rendering, seconds)
        VARIANTS_MADE.inc()
        return b"" if len(made) >= file.size and not rendering.crop else made

    return Recipe(name_of(rendering), content_type_of(rendering), make)


def made_variant(file: File, rendering: Rendering) -> Variant | None:
    """Return a variant that is there, None if it has yet to be made."""
    return _made(file, name_of(rendering))


def _made(file: File, name: str) -> Variant | None:
    # By hand: each request for a variant asks, and building the query took longer than running it.
    with connection.cursor() as cursor:
        cursor.execute(MADE, [row_sql.database_key(File, file.pk), name])
        row = cursor.fetchone()
    if row is None:
        return None
    found = dict(zip(("pk", "size", "content_type", "digest"), row, strict=True))
    return Variant(file=file, name=name, **found)


def variant(file: File, rendering: Rendering) -> Variant:
    """Return a rendering, made now if it is not there; as `variant_by`."""
    return variant_by(recipe_of(rendering), file)


def variant_by(recipe: Recipe, file: File) -> Variant:
    """Return a variant, made now if it is not there; waits for who makes it already.

    Raises Problem 404 when the file goes meanwhile, 503 when it takes too long.
    """
    deadline = timezone.now() + timedelta(seconds=settings.VARIANT_SECONDS)
    made = _made(file, recipe.name)
    while made is None:
        made = _try(file, recipe)
        if made is None:
            if timezone.now() > deadline:
                raise too_many_pictures()
            sleep(PAUSE)
            made = _made(file, recipe.name)
    return made


def try_to_make(file: File, rendering: Rendering) -> Variant | None:
    """Make a variant that is not there and return it, None if somebody else is at it.

    Call it outside of transactions: it takes a while. Raises Problem 404 or 503.
    """
    return _try(file, recipe_of(rendering))


def _try(file: File, recipe: Recipe) -> Variant | None:
    claim = _claim(file, recipe)
    if claim is None:
        return _made(file, recipe.name)
    try:
        _store(claim, _rendered(file, recipe, claim.claimed_until))
    except BaseException:
        _still_claimed(claim).delete()
        raise
    return claim


def _claim(file: File, recipe: Recipe) -> Variant | None:
    """Return the row of a variant that nobody else makes now, None where somebody does or has."""
    now = timezone.now()
    claim = Variant(
        file=file,
        name=recipe.name,
        claimed_until=now + timedelta(seconds=settings.VARIANT_SECONDS),
        content_type=recipe.content_type,
    )
    time = connection.ops.adapt_datetimefield_value
    values = [
        row_sql.database_key(File, file.pk),
        claim.name,
        time(claim.claimed_until),
        claim.content_type,
        time(now),
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM, values)
            row = cursor.fetchone()
    except IntegrityError:
        raise not_visible() from None
    if row is None:
        return None
    claim.pk, others = row
    if others >= settings.MOST_VARIANTS:
        _drop_oldest(file, others + 1 - settings.MOST_VARIANTS)
    return claim


def _drop_oldest(file: File, surplus: int) -> None:
    """Delete the oldest variants of a file that has more than a file may have."""
    made = Variant.objects.filter(file_id=file.pk, size__isnull=False)
    oldest = made.exclude(name=PREVIEW).order_by("pk")
    for row in oldest[:surplus]:
        row.file = file
        row.delete()
        if row.digest:
            default_storage.delete(row.key)


def _rendered(file: File, recipe: Recipe, until: datetime) -> bytes:
    """Return a variant's bytes, made by a point in time; none if the original takes its place.

    That is so where a variant that shows the whole picture would not be smaller, and where it can't
    be made within the limits.
    """
    seconds = (until - timezone.now()).total_seconds()
    try:
        return recipe.make(file, seconds)
    except PictureError:
        return b""


def _source(file: File, rendering: Rendering) -> BinaryIO:
    """Open the bytes of which a variant is made: the preview's where they will do."""
    if is_enough(rendering, (file.width or 0, file.height or 0)):
        with suppress(FileNotFoundError):
            return _opened(_preview(file).key)
    return original_of(file)


def original_of(file: File) -> BinaryIO:
    """Open the stored bytes of a file; raises Problem 404 when they are gone."""
    try:
        return _opened(file.key)
    except FileNotFoundError:
        raise not_visible() from None


def _opened(key: str) -> BinaryIO:
    return cast("BinaryIO", default_storage.open(key))


def keep_preview(file: File, content: bytes) -> None:
    """Keep the preview of a picture, of which small variants are made; it goes with the file."""
    row = _preview(file)
    row.size, row.digest = len(content), sha256(content).hexdigest()
    with together():
        row_sql.insert(row)
    default_storage.save(row.key, ContentFile(content, name=row.key))


def _preview(file: File) -> Variant:
    now = timezone.now()
    return Variant(file=file, name=PREVIEW, claimed_until=now, content_type="image/jpeg")


def _store(claim: Variant, content: bytes) -> None:
    """Keep the bytes first and then say so, so that a row that says so has its bytes."""
    if content:
        _save(claim.key, content)
    claim.digest = sha256(content).hexdigest() if content else ""
    claim.size = len(content) if content else claim.file.size
    if not _is_noted(claim):
        if content and not Variant.objects.filter(pk=claim.pk).exists():
            default_storage.delete(claim.key)
        raise not_visible()


def _is_noted(claim: Variant) -> bool:
    """Note that a claimed variant is there; return whether it was still claimed."""
    until = connection.ops.adapt_datetimefield_value(claim.claimed_until)
    # In a transaction, for which writers of SQLite wait in line rather than look again and again.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STORED, [claim.size, claim.digest, claim.pk, until])
        return cursor.fetchone() is not None


def _save(key: str, content: bytes) -> None:
    name = default_storage.save(key, ContentFile(content, name=key))
    if name != key:
        # A maker that was killed has left some of it.
        default_storage.delete(name)
        default_storage.delete(key)
        default_storage.save(key, ContentFile(content, name=key))


def _still_claimed(claim: Variant) -> QuerySet[Variant]:
    """Return the row of a claim, unless another process has taken it over or the file is gone."""
    return Variant.objects.filter(pk=claim.pk, size=None, claimed_until=claim.claimed_until)


def keys_of_variants(file: File) -> list[str]:
    """Return the names that a file's variants have in the storage, those in the making too."""
    rows = list(Variant.objects.filter(file_id=file.pk))
    for row in rows:
        row.file = file
    return [row.key for row in rows if row.size is None or row.digest]
