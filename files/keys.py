"""Names of stored bytes: what they are, then whose row they belong to."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from uuid import UUID

CHUNK = 1 << 20
PICTURES, ATTACHMENTS = "pictures", "attachments"
OLD_KEY = r"pictures/[0-9]{4}/[0-9]{2}/[0-9a-f]{32}\.[a-z]+"
NEW_KEY = rf"(?:{PICTURES}|{ATTACHMENTS})/[A-Za-z0-9_-]{{43}}-[0-9a-f]{{12}}\.[a-z0-9]+"
KEY = f"(?:{NEW_KEY}|{OLD_KEY})"
"""A regular expression of all keys; no other text reaches the database or the storage."""


def digest_of(content: BinaryIO) -> str:
    """Return the SHA-256 of a file in hexadecimal, and leave it at its beginning."""
    content.seek(0)
    digest = digest_of_rest(content)
    content.seek(0)
    return digest


def digest_of_rest(content: BinaryIO) -> str:
    """Return the SHA-256 of what is still to be read of a file, in hexadecimal."""
    digest = sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def key_of(folder: str, digest: str, file_id: UUID, extension: str) -> str:
    """Return the key of bytes with this digest: `pictures/<digest>-<end of the id>.<extension>`.

    Other bytes have another key, so what has been cached of a key never gets stale. Each row has
    its own bytes, so rows of equal bytes have different keys.
    """
    name = urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")
    return f"{folder}/{name}-{file_id.hex[-12:]}.{extension}"
