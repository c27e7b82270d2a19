"""Remember that this very code has been checked, which takes a while.

Declarations, models, addresses and admin pages state nothing that depends on a setting: the same
code on the same kind of database is as sound at every start.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from sysconfig import get_path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import Tags, registry
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_CODE = {"declarations", Tags.admin, Tags.commands, Tags.models, Tags.urls}
"""Tags of the system checks that look at code alone."""
FILE = "checked-declarations"
LIBRARIES = tuple({get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def leave_out_checks() -> None:
    """Let this process make no checks of code any more."""
    checks = registry.registry.registered_checks
    checks.difference_update([check for check in checks if OF_CODE.intersection(check.tags)])


def is_checked() -> bool:
    """Return whether the same code was found sound."""
    try:
        return _file().read_text() == fingerprint()
    except OSError:
        return False


def remember_checked() -> None:
    """Note that the code is sound; where that can't be, it is checked again."""
    with suppress(OSError):
        _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _file().write_text(fingerprint())


def fingerprint() -> str:
    """Return a digest of all code of ours, the versions of libraries, and the kind of database.

    Code is as it was while its size and time are, as Python itself judges what it has compiled.
    """
    digest = blake2b(digest_size=32)
    digest.update(f"{sys.version} {connection.vendor}".encode())
    for folder in sorted({get_path("purelib"), get_path("platlib")}):
        digest.update("".join(sorted(path.name for path in Path(folder).glob("*-info"))).encode())
    for file, size, time in sorted(state for folder in _packages() for state in _modules(folder)):
        digest.update(f"{file}\0{size} {time}\0".encode())
    return digest.hexdigest()


def _packages() -> Iterator[str]:
    """Yield the folders of the packages in use that are no libraries."""
    for name, module in sys.modules.items():
        for folder in getattr(module, "__path__", ()) if "." not in name else ():
            if not folder.startswith(LIBRARIES):
                yield folder


def _modules(folder: str) -> Iterator[tuple[str, int, int]]:
    """Yield path, size and time of all modules in a folder and those inside of it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                stat = entry.stat()
                yield entry.path, stat.st_size, stat.st_mtime_ns
            elif entry.is_dir():
                yield from _modules(entry.path)


def _file() -> Path:
    return Path(settings.DATA_DIR) / FILE
