"""Stored files."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from files.pictures.hash_texts import COMPLETE
from resources.api import Record, RecordIdField, new_id


class File(Record):
    """A stored file; `key` is its name in the storage and the end of its address.

    Only pictures have `width`, `height` and `blurhash`.
    `perceptual_hash` has what alike pictures share (`files.pictures.hash_texts`).
    `digest` is the SHA-256 of its bytes in hexadecimal, empty for files of before November 2026.
    `unused_since` is when it was found that no row points at it, and null while one does.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="files",
        verbose_name=_("owner"),
    )
    key = models.CharField(_("key"), max_length=120, unique=True)
    digest = models.CharField(
        _("SHA-256 digest"), max_length=64, blank=True, default="", editable=False
    )
    content_type = models.CharField(_("content type"), max_length=40)
    size = models.PositiveBigIntegerField(_("bytes"))
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    blurhash = models.CharField(_("blurhash"), max_length=60, blank=True)
    perceptual_hash = models.CharField(
        _("perceptual hashes"), max_length=COMPLETE, blank=True, default="", editable=False
    )
    original_name = models.CharField(_("original name"), max_length=200, blank=True)
    unused_since = models.DateTimeField(
        _("unused since"), null=True, default=timezone.now, editable=False
    )

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at"], name="file_by_age"),
            models.Index(
                fields=["unused_since"],
                condition=models.Q(unused_since__isnull=False),
                name="file_by_time_unused",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.key

    @property
    def entity_tag(self) -> str:
        """Return the entity tag of the bytes as stored (RFC 9110, 8.8.3)."""
        return f'"{self.digest or self.pk.hex}"'


class Variant(models.Model):
    """A stored rendering of a picture, or the claim of the process that makes it.

    `name` is what it has among those of its file, such as `220x307.webp`. While `size` is null
    nobody else makes it before `claimed_until`, when whoever made it has been killed or has given
    up. An empty `digest` says that the original takes its place, which is no larger.
    """

    file = models.ForeignKey(
        File, on_delete=models.CASCADE, related_name="variants", verbose_name=_("file")
    )
    name = models.CharField(_("name"), max_length=40)
    claimed_until = models.DateTimeField(_("claimed until"))
    size = models.PositiveBigIntegerField(_("bytes"), null=True)
    content_type = models.CharField(_("content type"), max_length=40)
    digest = models.CharField(_("SHA-256 digest"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["file", "name"], name="one_variant_per_name")
        ]

    @override
    def __str__(self) -> str:
        return self.key

    @property
    def entity_tag(self) -> str:
        """Return the entity tag of the bytes."""
        return f'"{self.digest}"'

    @property
    def key(self) -> str:
        """Return the name that the bytes have in the storage."""
        return f"variants/{self.file.key.rpartition('.')[0]}/{self.name}"


class AlbumEntry(models.Model):
    """A place in an album: the index by which a file knows the records that list it.

    The model of one album adds `record`, a relation to what has the album.
    """

    file = models.ForeignKey(File, on_delete=models.PROTECT, verbose_name=_("file"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["record", "position"], name="%(app_label)s_%(class)s_place"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.position} {self.file_id}"


class Upload(models.Model):
    """A file that is sent in pieces, by tus or straight to the bucket.

    `offset` bytes are stored and acknowledged. `claim` counts those who have taken the upload over:
    only the last of them may store anything (`files.uploads.claims`). `reserved` bytes count as
    used until the file is finished. Once it is, `file_id` says which one it became; a row outlives
    that until `expires_at`, so that whoever asks again gets the same answer.
    """

    class State(models.TextChoices):
        """How far an upload has come."""

        OPEN = "open", _("open")
        FINISHED = "finished", _("finished")
        REFUSED = "refused", _("refused")

    class Kind(models.TextChoices):
        """How the bytes come: a whole file, a piece or a whole of pieces (tus), or presigned."""

        WHOLE = "whole", _("whole")
        PARTIAL = "partial", _("piece of a file")
        FINAL = "final", _("made of pieces")
        PRESIGNED = "presigned", _("straight to the bucket")

    id = RecordIdField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="uploads",
        verbose_name=_("owner"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.WHOLE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    name = models.CharField(_("original name"), max_length=200, blank=True)
    field = models.CharField(_("field"), max_length=100, blank=True)
    metadata = models.TextField(blank=True, editable=False)
    concat = models.TextField(blank=True, editable=False)
    length = models.PositiveBigIntegerField(_("length"), null=True)
    offset = models.PositiveBigIntegerField(_("received"), default=0)
    reserved = models.PositiveBigIntegerField(default=0, editable=False)
    claim = models.PositiveBigIntegerField(default=0, editable=False)
    # What the bucket calls the upload, and the object with the bytes that fill no part yet.
    multipart_id = models.TextField(blank=True, editable=False)
    next_part = models.PositiveIntegerField(default=1, editable=False)
    tail = models.CharField(max_length=120, blank=True, editable=False)
    file_id = RecordIdField(null=True, editable=False)
    refusal = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="upload_by_end")
        ]

    @override
    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def is_complete(self) -> bool:
        """Return whether every byte is there."""
        return self.length is not None and self.offset == self.length


class UploadPart(models.Model):
    """A stored part of an upload to a bucket, in the order of `number`."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    tag = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["upload", "number"], name="one_part_per_number")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"
