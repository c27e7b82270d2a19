"""Remember that the declarations of this very code have been checked, which takes a while.

They state nothing that depends on a setting: the same code on the same kind of database is as
sound at every start.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from sysconfig import get_path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "checked-declarations"
LIBRARIES = tuple({get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def is_checked() -> bool:
    """Return whether declarations of the same code were found sound."""
    try:
        return _file().read_text() == fingerprint()
    except OSError:
        return False


def remember_checked() -> None:
    """Note that all declarations are sound; where that can't be, they are checked again."""
    with suppress(OSError):
        _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _file().write_text(fingerprint())


def fingerprint() -> str:
    """Return a digest of all code of ours, the versions of libraries, and the kind of database."""
    digest = blake2b(digest_size=32)
    digest.update(f"{sys.version} {connection.vendor}".encode())
    for folder in sorted({get_path("purelib"), get_path("platlib")}):
        digest.update("".join(sorted(path.name for path in Path(folder).glob("*-info"))).encode())
    for package in _packages():
        for file in sorted(package.rglob("*.py")):
            digest.update(f"{file}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _packages() -> Iterator[Path]:
    """Yield the folders of the packages in use that are no libraries, in order."""
    for name, module in sorted(sys.modules.items()):
        for folder in getattr(module, "__path__", ()) if "." not in name else ():
            if not folder.startswith(LIBRARIES):
                yield Path(folder)


def _file() -> Path:
    return Path(settings.DATA_DIR) / FILE
