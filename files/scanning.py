"""Has ClamAV look at uploads, as a stream over its socket (clamd(8), INSTREAM).

Off unless `CLAMAV_URL` says where the daemon is.
"""

from __future__ import annotations

import logging
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from resources.api import unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger("holobase.files")

DEFAULT_PORT = 3310
CONNECT_SECONDS, ANSWER_SECONDS = 2, 60
CHUNK = 128 * 1024
LONGEST_ANSWER = 4096
CLEAN, FOUND = b": OK", b" FOUND"


class ScanError(Exception):
    """The daemon can't say whether a file is clean."""


def require_clean(upload: BinaryIO) -> None:
    """Raise ValidationError `infected` for an upload in which the daemon finds something.

    Call it outside of transactions and event loops. Where the daemon is away or can't tell, this
    raises Problem 503, unless `CLAMAV_REQUIRED` is off. The upload is left at its beginning.
    """
    if not settings.CLAMAV_URL:
        return
    upload.seek(0)
    try:
        name = _found(upload)
    except (OSError, ScanError) as error:
        logger.exception("an upload could not be scanned")
        if settings.CLAMAV_REQUIRED:
            raise unavailable() from error
        name = ""
    upload.seek(0)
    if name:
        logger.warning("infected upload refused", extra={"fields": {"found": name}})
        raise ValidationError(_("This file is infected."), "infected")


def _found(upload: BinaryIO) -> str:
    """Return the name of what the daemon finds in a file, nothing if it is clean.

    Raises OSError or ScanError.
    """
    with _connected() as daemon:
        try:
            daemon.sendall(b"zINSTREAM\0")
            while chunk := upload.read(CHUNK):
                daemon.sendall(len(chunk).to_bytes(4) + chunk)
            daemon.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            # It says why it reads no further: a file larger than its StreamMaxLength.
            pass
        answer = _answer(daemon)
    if answer.endswith(CLEAN):
        return ""
    if answer.endswith(FOUND):
        return answer.removesuffix(FOUND).rpartition(b": ")[2].decode("utf-8", "replace")
    raise ScanError(answer.decode("utf-8", "replace"))


def _answer(daemon: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = daemon.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0")


@contextmanager
def _connected() -> Iterator[socket.socket]:
    place = urlsplit(settings.CLAMAV_URL)
    if place.scheme == "unix":
        daemon = socket.socket(socket.AF_UNIX)
        daemon.settimeout(CONNECT_SECONDS)
        with daemon:
            daemon.connect(place.path)
            daemon.settimeout(ANSWER_SECONDS)
            yield daemon
    else:
        address = (place.hostname, place.port or DEFAULT_PORT)
        with socket.create_connection(address, CONNECT_SECONDS) as daemon:
            daemon.settimeout(ANSWER_SECONDS)
            yield daemon
