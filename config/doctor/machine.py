"""The machine: Python and its packages, the data folder, the disk, files, the clock."""

from __future__ import annotations

import os
import platform
import resource
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from shutil import disk_usage

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.db import connection
from django.utils.translation import gettext_lazy as _

from config.doctor.exposure import is_local
from config.doctor.setup_check import CheckOutcome, SetupCheck, expect, ok, size, warn
from config.python_build import SLOW, build_traits
from server.private_files import DATABASE, FOLDERS, OTHERS

OLDEST_PYTHON = (3, 12)
LEAST_DISK_BYTES, FEW_DISK_BYTES = 256 * 1024**2, 2 * 1024**3
FEW_INODES = 20_000
LEAST_OPEN_FILES, FEW_OPEN_FILES = 1_024, 10_000
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock is right that shows an earlier time."""
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "glusterfs", "ceph")


def python_version() -> CheckOutcome:
    """Look at the interpreter and the packages that matter most."""
    packages = ("Django", "uvicorn", "psycopg", "redis")
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    seen = f"Python {platform.python_version()}, {named}"
    is_new_enough = tuple(map(int, platform.python_version_tuple()[:2])) >= OLDEST_PYTHON
    return expect(seen, unless_fail=is_new_enough)


def python_build() -> CheckOutcome | None:
    """Look how the interpreter was built, if it tells."""
    traits = build_traits()
    return expect(", ".join(traits), unless_warn=SLOW.isdisjoint(traits)) if traits else None


def declarations() -> CheckOutcome:
    """Run Django's system checks; those for deployment too, unless the site is tried out."""
    found = run_checks(include_deployment_checks=not is_local())
    found = [each for each in found if not each.is_silenced()]
    if not found:
        return ok("check")
    ids = ", ".join(sorted({str(each.id) for each in found}))
    return expect(ids, unless_fail=max(each.level for each in found) < ERROR, unless_warn=False)


def folder_writable() -> CheckOutcome:
    """Write a file into the data folder, as access rights alone don't tell of read-only disks."""
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        file.write(b"holobase")
        file.flush()
    return ok(settings.DATA_DIR)


def folder_private() -> CheckOutcome:
    """Look for what others than the server's user can open."""
    folder: Path = settings.DATA_DIR
    private = [*folder.glob(DATABASE), *(folder / name for name in FOLDERS)]
    private += list((folder / "secrets").glob("*"))
    there = [path for path in private if path.exists()]
    is_open = [path.name for path in there if path.stat().st_mode & OTHERS]
    foreign = [path.name for path in there if path.stat().st_uid != os.geteuid()]
    seen = ", ".join([*is_open, *foreign]) or folder
    return expect(seen, unless_fail=not is_open, unless_warn=not foreign)


def local_file_system() -> CheckOutcome | None:
    """Look whether SQLite's file is on a disk of this machine."""
    if connection.vendor != "sqlite" or not MOUNTS.exists():
        return None
    kind = file_system_of(settings.DATA_DIR.resolve(), MOUNTS.read_text())
    return expect(kind, unless_fail=not kind.startswith(NETWORK_FILE_SYSTEMS))


MOUNTS = Path("/proc/self/mounts")


def file_system_of(folder: Path, mounts: str) -> str:
    """Return the kind of file system of a folder, given the mounts as Linux lists them."""
    found = {}
    for line in mounts.splitlines():
        _device, place, kind, *_rest = line.split(" ")
        if folder.is_relative_to(place.replace("\\040", " ")):
            found[len(place)] = kind
    return found[max(found)] if found else "unknown"


def disk_room() -> CheckOutcome:
    """Look how much room the data folder's disk has."""
    room = disk_usage(settings.DATA_DIR)
    return expect(
        f"{size(room.free)} / {size(room.total)}",
        unless_fail=room.free >= LEAST_DISK_BYTES,
        unless_warn=room.free >= FEW_DISK_BYTES,
    )


def inodes() -> CheckOutcome | None:
    """Look how many more files the disk can hold; some file systems have no such limit."""
    stat = os.statvfs(settings.DATA_DIR)
    if not stat.f_files:
        return None
    return expect(f"{stat.f_favail:,}", unless_warn=stat.f_favail >= FEW_INODES)


def open_files() -> CheckOutcome:
    """Look how many files and connections a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = float("inf") if soft == resource.RLIM_INFINITY else soft
    return expect(
        f"ulimit -n {soft} (hard {hard})",
        unless_fail=most >= LEAST_OPEN_FILES,
        unless_warn=most >= FEW_OPEN_FILES,
    )


def clock() -> CheckOutcome:
    """Look whether the clock shows a time that is possible."""
    now = datetime.now(UTC)
    return expect(f"{now:%Y-%m-%d %H:%M:%S} UTC", unless_fail=now >= RELEASED)


def profiling() -> CheckOutcome | None:
    """Look whether the profiler is on."""
    return warn("PROFILING=true") if settings.PROFILING else None


CHECKS = (
    SetupCheck(
        "python",
        _("Python and packages"),
        _("Older ones lack what is relied on."),
        _("Install Python 3.12 or newer, remove .venv and run ./holo again."),
        python_version,
    ),
    SetupCheck(
        "python_build",
        _("How Python was built"),
        _("Without profile-guided optimisation (PGO) a write takes a tenth more of the processor."),
        _(
            "Install one with it (PYTHON_CONFIGURE_OPTS='--enable-optimizations --with-lto'"
            " pyenv install 3.13, or uv python install 3.13), remove .venv and run ./holo again."
        ),
        python_build,
    ),
    SetupCheck(
        "declarations",
        _("Django's checks"),
        _("They find settings and declarations that contradict each other."),
        _("Run ./holo check --deploy, which explains each."),
        declarations,
    ),
    SetupCheck(
        "folder_writable",
        _("Data folder can be written"),
        _("Database, secrets, uploads and backups are kept there."),
        _("Mount it read-write and give it to the server's user: chown -R holobase DIR."),
        folder_writable,
    ),
    SetupCheck(
        "folder_private",
        _("Data folder is private"),
        _("Whoever reads the secrets or the database can be any member."),
        _("chmod -R go= DIR and chown -R to the server's user; the next start does the former."),
        folder_private,
        needs="folder_writable",
    ),
    SetupCheck(
        "local_disk",
        _("SQLite on a local disk"),
        _("Locks of network file systems don't keep two hosts from writing at once."),
        _("Put the data folder on a local disk, or set DATABASE_URL to a PostgreSQL."),
        local_file_system,
    ),
    SetupCheck(
        "disk_room",
        _("Room on the disk"),
        _("A full disk refuses every write (507) and every backup."),
        _("Make room, use a larger disk, or keep files in a bucket (S3_BUCKET)."),
        disk_room,
    ),
    SetupCheck(
        "inodes",
        _("Room for files"),
        _("A disk without free inodes is full, however many bytes are free."),
        _("Use a file system with more inodes, or keep files in a bucket (S3_BUCKET)."),
        inodes,
    ),
    SetupCheck(
        "open_files",
        _("Limit of open files"),
        _("Each live connection is one; beyond the limit nobody can connect."),
        _("Raise it: LimitNOFILE=65536 with systemd, ulimit -n 65536 in a shell."),
        open_files,
    ),
    SetupCheck(
        "clock",
        _("Clock"),
        _("Tokens, signed links and certificates are good for a time."),
        _("Turn on time synchronisation: timedatectl set-ntp true, or chrony."),
        clock,
    ),
    SetupCheck(
        "profiling",
        _("Profiler"),
        _("An admin can have this process watched, which costs a little of its time."),
        _("Unset PROFILING once you have seen what you wanted to see."),
        profiling,
    ),
)
