"""Patterns for `~`."""

import re

UNESCAPED_PERCENT = re.compile(r"(?<!\\)%")


def like_pattern(value: str) -> str:
    r"""Give the LIKE pattern (with ESCAPE '\') of a searched text.

    Without an unescaped `%` the text is searched anywhere, its own `\ % _` taken literally; with
    one it is a pattern already.
    """
    if UNESCAPED_PERCENT.search(value):
        return re.sub(r"\\(?![%_\\])", r"\\\\", value)
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
