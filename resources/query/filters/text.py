"""Patterns for `~`."""

import re

BARE_PERCENT = re.compile(r"(?<!\\)(?:\\\\)*%")
SPECIAL = re.compile(r"\\[%_\\]|[%_\\]")
LONE_BACKSLASH = re.compile(r"\\([%_\\])|\\")


def like_pattern(value: str) -> str:
    r"""Return the LIKE pattern (with ESCAPE '\') of a searched text.

    Without a bare `%` the text is searched anywhere, its own `%`, `_` and `\` taken literally
    whether escaped or not; with one it is a pattern already.
    """
    if BARE_PERCENT.search(value):
        return LONE_BACKSLASH.sub(lambda found: found[0] if found[1] else r"\\", value)
    literal = SPECIAL.sub(lambda found: f"\\{found[0][-1]}", value)
    return f"%{literal}%"


def literal_pattern(value: str) -> str:
    """Return the pattern that `like_pattern` leaves as it is and that finds `value` anywhere."""
    escaped = re.sub(r"[%_\\]", lambda found: f"\\{found[0]}", value)
    return f"%{escaped}%"
