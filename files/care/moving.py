"""Copies all that is stored from one place to the other, and proves each copy by its digest."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import batched, count
from typing import TYPE_CHECKING, BinaryIO, cast

from files.care.places import MOVING, digest_in
from files.models import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from files.care.places import Place, StoredObject
    from resources.api import Progress

AT_ONCE = 500
UNFINISHED = "uploads/"
"""Where uploads wait that are not whole: they end where they began."""


@dataclass(slots=True)
class Moved:
    """What a move came to: numbers of copies, and the keys of what could not be copied."""

    copied: int = 0
    there_already: int = 0
    deleted: int = 0
    damaged: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, int | list[str]]:
        """Return it as a JSON object."""
        return {
            "copied": self.copied,
            "there_already": self.there_already,
            "deleted": self.deleted,
            "damaged": self.damaged,
        }


class HashingReader:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        piece = self.file.read(size)
        self.digest.update(piece)
        return piece


class Move:
    """Copies everything from `source` to `target`; begun again, it does what is left.

    What is at the target already is read and compared, as a run that was cut short, or whoever
    else wrote it, may have left anything. `clears` deletes from the source what is at the target.
    `tell` hears of each object: its part ("files"), how many are done, and of how many.
    """

    def __init__(self, source: Place, target: Place, *, clears: bool, tell: Progress) -> None:
        self.source = source
        self.target = target
        self.clears = clears
        self.tell = tell
        self.moved = Moved()

    def objects(self) -> Iterator[StoredObject]:
        """Yield what is to be moved."""
        for each in self.source.objects():
            name = each.key.rpartition("/")[2]
            if not each.key.startswith(UNFINISHED) and not name.startswith(MOVING):
                yield each

    def run(self) -> Moved:
        """Move everything."""
        total, done = sum(1 for _each in self.objects()), count(1)
        for some in batched(self.objects(), AT_ONCE, strict=False):
            keys = [each.key for each in some]
            digests = dict(File.objects.filter(key__in=keys).values_list("key", "digest"))
            for each in some:
                self._move(each, digests.get(each.key, ""))
                self.tell("files", next(done), total)
        return self.moved

    def _move(self, each: StoredObject, digest: str) -> None:
        try:
            expected = digest or digest_in(self.source, each.key)
            if self._is_there(each, expected):
                self.moved.there_already += 1
            elif self._is_copied(each.key, expected):
                self.moved.copied += 1
            else:
                self.moved.damaged.append(each.key)
                return
        except FileNotFoundError:
            # It was deleted meanwhile: by its author, or by the sweep.
            return
        if self.clears:
            self.source.delete(each.key)
            self.moved.deleted += 1

    def _is_there(self, each: StoredObject, expected: str) -> bool:
        found = self.target.find(each.key)
        is_alike = found is not None and found.size == each.size
        return is_alike and digest_in(self.target, each.key) == expected

    def _is_copied(self, key: str, expected: str) -> bool:
        """Copy an object and read the copy; a bad one is deleted."""
        with self.source.open(key) as content:
            reader = HashingReader(content)
            self.target.put(key, cast("BinaryIO", reader))
        if reader.digest.hexdigest() == digest_in(self.target, key) == expected:
            return True
        self.target.delete(key)
        return False
