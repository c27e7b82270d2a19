"""How much members may store: by trust level, and by role where that is more."""

from __future__ import annotations

import re

from config import env
from config.formats import Format

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
AMOUNT = r"off|[0-9]{1,9}[KMGT]?/[0-9]{1,9}"
LEVEL = Format(re.compile(AMOUNT), "bytes and files such as 5G/10000, or off")
ROLE = Format(
    re.compile(rf"[a-z][a-z0-9_-]{{0,39}}=(?:{AMOUNT})"),
    "a role with bytes and files such as creator=20G/40000, or moderator=off",
)
LEVELS = ("1G/2000", "5G/10000", "20G/40000", "50G/100000")
ROLES = ("creator=20G/40000", "moderator=100G/200000", "admin=off")

type Amount = tuple[int, int] | None
"""Most bytes and most files; None is no limit."""


def of_levels() -> list[Amount]:
    """Return the quota of each trust level from 0 on; the last one is for higher ones, too."""
    return [_amount(word) for word in env.words("QUOTA_LEVELS", LEVELS, LEVEL)]


def of_roles() -> dict[str, Amount]:
    """Return the quota of each role that has one."""
    pairs = (word.split("=") for word in env.words("QUOTA_ROLES", ROLES, ROLE))
    return {name: _amount(word) for name, word in pairs}


def _amount(word: str) -> Amount:
    if word == "off":
        return None
    size, _slash, files = word.partition("/")
    number, unit = (size[:-1], size[-1]) if size[-1] in UNITS else (size, "")
    return int(number) * UNITS[unit], int(files)
