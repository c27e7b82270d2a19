"""The file that a backup is: a tar file of named members, and what each has to be."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Self, cast

import orjson
import pyrage
from django.core.management.base import CommandError

from backups.tables import RowsDigest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resources.api import JsonObject

FORMAT = 1
MANIFEST = "manifest.json"
TABLES, FILES, SECRETS = "tables/", "files/", "secrets/"
CHUNK = 1024 * 1024
AGE_MAGIC = b"age-encryption.org/v1"
IDENTITY = "AGE-SECRET-KEY-"


class ArchiveError(CommandError):
    """An archive that can't be read, or is not what its manifest says; the message says why."""


@dataclass
class Manifest:
    """What an archive holds: `tables` by name, `files` by key, each with its digest."""

    created_at: str
    migrations: list[list[str]]
    format: int = FORMAT
    tables: dict[str, JsonObject] = field(default_factory=dict)
    files: dict[str, JsonObject] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """Keys of files whose bytes were gone when the backup was made."""

    @property
    def rows(self) -> int:
        """Return how many rows there are in all tables."""
        return sum(int(table["rows"]) for table in self.tables.values())


class ArchiveWriter:
    """Writes the members of an archive and notes them in its manifest."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._tar = tar

    def add_table(self, name: str, columns: Sequence[str], lines: Iterable[bytes]) -> None:
        """Write a table's rows."""
        digest = RowsDigest()
        with TemporaryFile() as packed:
            with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as rows:
                for line in lines:
                    digest.add(line)
                    rows.write(line + b"\n")
            self._add(f"{TABLES}{name}.jsonl.gz", packed)
        self.manifest.tables[name] = {
            "columns": list(columns),
            "rows": digest.rows,
            "digest": str(digest),
        }

    def add_file(self, key: str, content: BinaryIO) -> None:
        """Write a stored file."""
        with TemporaryFile() as copy:
            digest = sha256()
            while chunk := content.read(CHUNK):
                digest.update(chunk)
                copy.write(chunk)
            size = copy.tell()
            self._add(FILES + key, copy)
        self.manifest.files[key] = {"size": size, "sha256": digest.hexdigest()}

    def add_secret(self, name: str, content: bytes) -> None:
        """Write one of the secrets that the site made itself."""
        with TemporaryFile() as copy:
            copy.write(content)
            self._add(SECRETS + name, copy)

    def add_manifest(self) -> None:
        """Write the manifest, which comes last."""
        with TemporaryFile() as text:
            text.write(json.dumps(asdict(self.manifest)).encode())
            self._add(MANIFEST, text)

    def _add(self, name: str, content: BinaryIO) -> None:
        member = tarfile.TarInfo(name)
        member.size = content.seek(0, os.SEEK_END)
        member.mode = 0o600
        content.seek(0)
        self._tar.addfile(member, content)


@contextmanager
def created(path: Path, manifest: Manifest) -> Iterator[ArchiveWriter]:
    """Create an archive; its manifest is written unless something fails."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        archive = ArchiveWriter(tar, manifest)
        yield archive
        archive.add_manifest()


class ArchiveReader:
    """Reads an archive that is not encrypted, or no longer; raises ArchiveError."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by `__exit__`
            names = self._tar.getnames()
        except (tarfile.TarError, OSError) as error:
            raise ArchiveError(f"{path} is no backup, or not a whole one: {error}") from None
        if MANIFEST not in names:
            raise ArchiveError(f"{path} is not a whole backup: its manifest is missing.")
        self.manifest = Manifest(**json.loads(self._read(MANIFEST)))
        self.secrets = [name.removeprefix(SECRETS) for name in names if name.startswith(SECRETS)]
        if self.manifest.format != FORMAT:
            raise ArchiveError(
                f"{path} has format {self.manifest.format}; this Holobase reads {FORMAT}."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._tar.close()

    def rows(self, table: str) -> Iterator[list[object]]:
        """Yield the rows of a table."""
        with gzip.open(self.open(f"{TABLES}{table}.jsonl.gz")) as lines:
            for line in lines:
                yield orjson.loads(line)

    def secret(self, name: str) -> bytes:
        """Return one of the site's own secrets."""
        return self._read(SECRETS + name)

    def open(self, name: str) -> BinaryIO:
        """Return a member's content."""
        content = cast("BinaryIO | None", self._tar.extractfile(name))
        if content is None:
            raise ArchiveError(f"The backup's {name} is no file.")
        return content

    def _read(self, name: str) -> bytes:
        with self.open(name) as content:
            return content.read()


def encrypt(source: Path, target: Path, recipients: Sequence[str]) -> None:
    """Encrypt a file with age for its recipients (`age1…`), any of whom can open it."""
    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    pyrage.encrypt_file(str(source), str(target), keys)


@contextmanager
def opened(path: Path, identities: Path | None) -> Iterator[ArchiveReader]:
    """Open an archive, with the identities in a file where it is encrypted; raises ArchiveError."""
    with path.open("rb") as file:
        is_encrypted = file.read(len(AGE_MAGIC)) == AGE_MAGIC
    if not is_encrypted:
        with ArchiveReader(path) as archive:
            yield archive
        return
    if identities is None:
        raise ArchiveError(f"{path} is encrypted: give its key's file with --identity.")
    with TemporaryDirectory(prefix="holobase-restore-") as folder:
        plain = Path(folder) / "backup.tar"
        try:
            pyrage.decrypt_file(str(path), str(plain), _identities(identities))
        except pyrage.DecryptError as error:
            raise ArchiveError(f"{path} can't be decrypted: {error}") from None
        with ArchiveReader(plain) as archive:
            yield archive


def _identities(path: Path) -> list[object]:
    lines = path.read_text().split()
    found = [line for line in lines if line.startswith(IDENTITY)]
    if not found:
        raise ArchiveError(f"{path} holds no age key: a line that begins with {IDENTITY}.")
    return [pyrage.x25519.Identity.from_str(line) for line in found]
