"""Fractional positions: texts between any two of which there is always another.

After "Realtime editing of ordered sequences" (Figma, 2017), as fractions in base 62.
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
STEP = 8


def position_between(before: str, after: str) -> str:
    """Give a position between two others; empty texts stand for the beginning and the end.

    Raises ValueError unless `before` sorts before `after`.
    """
    if after and before >= after:
        raise ValueError(f"{before!r} is not before {after!r}")
    if before and not after:
        return _next(before)
    return _middle(before, after)


def _next(before: str) -> str:
    """Give a position after the last one, so that appending keeps positions short."""
    for place, letter in enumerate(before):
        value = DIGITS.index(letter) + STEP
        if value < len(DIGITS):
            return before[:place] + DIGITS[value]
    return before + DIGITS[STEP]


def _middle(before: str, after: str) -> str:
    shared = 0
    while after and (before[shared : shared + 1] or DIGITS[0]) == after[shared : shared + 1]:
        shared += 1
    if shared:
        return after[:shared] + _middle(before[shared:], after[shared:])
    low = DIGITS.index(before[0]) if before else 0
    high = DIGITS.index(after[0]) if after else len(DIGITS)
    if high - low > 1:
        return DIGITS[(low + high) // 2]
    if len(after) > 1:
        return after[0]
    return DIGITS[low] + _middle(before[1:], "")
