"""Password hashes that stall nobody else."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, override
from unicodedata import normalize

from django.contrib.auth.hashers import Argon2PasswordHasher

if TYPE_CHECKING:
    from collections.abc import Callable


class QuietArgon2(Argon2PasswordHasher):
    """Argon2id with the cost that OWASP's Password Storage Cheat Sheet names (19 MiB, 2 passes).

    Hashes are computed by few threads, half as many as there are processors: a burst of sign-ins
    then waits for itself, and not the readers for it. The threads keep their priority, as one that
    waits for a processor while it holds the interpreter's lock would stop all others.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    @override
    def encode(self, password: str, salt: str) -> str:
        return _quietly(lambda: super(QuietArgon2, self).encode(normalized(password), salt))

    @override
    def verify(self, password: str, encoded: str) -> bool:
        return _quietly(lambda: super(QuietArgon2, self).verify(normalized(password), encoded))


def normalized(password: str) -> str:
    """Return a password in Unicode's NFC, so that every keyboard types the same one.

    NIST SP 800-63B-4, 3.1.1.2: normalise before hashing.
    """
    return normalize("NFC", password)


def _quietly[T](work: Callable[[], T]) -> T:
    return _hashers().submit(work).result()


@cache
def _hashers() -> ThreadPoolExecutor:
    """Start the threads when the first password comes: half the processors, at least one."""
    threads = max(1, (os.cpu_count() or 2) // 2)
    return ThreadPoolExecutor(threads, "passwords")


# A forked process has the pool but none of its threads: it starts its own.
os.register_at_fork(after_in_child=_hashers.cache_clear)
