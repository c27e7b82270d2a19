"""Compares rows with what is stored, and mends what nobody has to decide."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING

from django.utils import timezone

from files.care.places import digest_in
from files.models import File, Upload, Variant
from files.unused import unused

if TYPE_CHECKING:
    from files.care.places import Place

AT_ONCE = 500
UPLOADS = "uploads/"
OURS = ("pictures/", "attachments/", "variants/")
"""Where bytes of files and of their variants are, beside those of uploads; others have the rest."""
YOUNG = timedelta(hours=1)
"""Rows and bytes younger than this may belong to an upload or a deletion that is under way."""


@dataclass(slots=True)
class Findings:
    """Keys of rows and bytes that don't fit each other.

    `missing` has the files whose bytes are gone, `wrong_size` and `damaged` those whose bytes are
    others, `lost_variants` the variants of which either is so, `unknown` the bytes of no row.
    """

    files: int = 0
    missing: list[str] = field(default_factory=list)
    wrong_size: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    lost_variants: dict[int, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Return whether everything fits."""
        bad = (self.missing, self.wrong_size, self.damaged, self.lost_variants, self.unknown)
        return not any(bad)

    def as_json(self) -> dict[str, int | list[str]]:
        """Return the findings as a JSON object."""
        return {
            "files": self.files,
            "missing": self.missing,
            "wrong_size": self.wrong_size,
            "damaged": self.damaged,
            "lost_variants": sorted(self.lost_variants.values()),
            "unknown": self.unknown,
        }


class Check:
    """One comparison of all rows with all that is stored.

    What a listing leaves out is looked for by its name before it is said to be missing: not every
    S3 server lists all there is, or in order. What is younger than an hour is passed over.
    """

    def __init__(self, place: Place, *, reads_all: bool = False) -> None:
        self.place = place
        self.reads_all = reads_all
        self.before = timezone.now() - YOUNG
        self.stored: dict[str, int] = {}
        self.uploads: dict[str, list[str]] = defaultdict(list)
        self.findings = Findings()

    def run(self) -> Findings:
        """Return what there is to find; `reads_all` compares digests, too."""
        for each in self.place.objects():
            if each.modified_at > self.before:
                continue
            if each.key.startswith(UPLOADS):
                upload_id = each.key.removeprefix(UPLOADS).partition("/")[0]
                self.uploads[upload_id].append(each.key)
            elif each.key.startswith(OURS):
                self.stored[each.key] = each.size
        for file in File.objects.order_by("pk").iterator(AT_ONCE):
            self._check_file(file)
        for variant in Variant.objects.select_related("file").order_by("pk").iterator(AT_ONCE):
            self._check_variant(variant)
        for upload in Upload.objects.only("pk").iterator(AT_ONCE):
            self.uploads.pop(upload.pk.hex, None)
        left = (key for keys in self.uploads.values() for key in keys)
        self.findings.unknown = sorted([*self.stored, *left])
        return self.findings

    def _check_file(self, file: File) -> None:
        self.findings.files += 1
        size = self._size(file.key)
        if file.created_at > self.before:
            return
        if size is None:
            self.findings.missing.append(file.key)
        elif size != file.size:
            self.findings.wrong_size.append(file.key)
        elif self.reads_all and file.digest and digest_in(self.place, file.key) != file.digest:
            self.findings.damaged.append(file.key)

    def _check_variant(self, variant: Variant) -> None:
        if variant.size is None or not variant.digest:
            self.stored.pop(variant.key, None)
        elif self._size(variant.key) != variant.size:
            self.findings.lost_variants[variant.pk] = variant.key

    def _size(self, key: str) -> int | None:
        """Return how many bytes are under a row's key, None without any."""
        size = self.stored.pop(key, None)
        if size is not None:
            return size
        found = self.place.find(key)
        return found.size if found else None


def repair(place: Place, findings: Findings) -> Findings:
    """Delete bytes without rows, and rows without bytes that nothing needs; return what is left.

    A variant is made again when it is asked for. A file that a record shows has to be brought back,
    or replaced by its author.
    """
    before = timezone.now() - YOUNG
    for some in batched(findings.unknown, AT_ONCE, strict=False):
        known = set(File.objects.filter(key__in=some).values_list("key", flat=True))
        for key in some:
            found = place.find(key)
            if found and found.modified_at < before and key not in known:
                place.delete(key)
    Variant.objects.filter(pk__in=list(findings.lost_variants)).delete()
    unused(File.objects.filter(key__in=findings.missing)).delete()
    left = File.objects.filter(key__in=findings.missing).values_list("key", flat=True)
    return Findings(findings.files, sorted(left), findings.wrong_size, findings.damaged)
