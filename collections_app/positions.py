"""Fractional positions: texts between any two of which there is always another.

After "Realtime editing of ordered sequences" (Figma, 2017), as fractions in base 62. A position
begins with a whole number, so that going on at either end keeps positions short: one digit at
first, then as many leading `z` (downwards `0`) as the number has further pairs of digits.
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LOWEST, HIGHEST = DIGITS[0], DIGITS[-1]
FIRST = DIGITS[len(DIGITS) // 2]


def position_between(before: str, after: str) -> str:
    """Return a position between two others; empty texts stand for the beginning and the end.

    Raises ValueError unless `before` sorts before `after`.
    """
    if after and before >= after:
        raise ValueError(f"{before!r} is not before {after!r}")
    if before and after:
        return _middle(before, after)
    if before:
        return _whole(_counted(before, 1), LOWEST)
    return _whole(_counted(after, -1), HIGHEST) if after else FIRST


def _whole(position: str, filler: str) -> str:
    """Return the whole number that a position begins with, filled up to its length."""
    mark = position[0]
    marks = len(position) - len(position.lstrip(mark)) if mark in (LOWEST, HIGHEST) else 0
    length = 2 * marks + 1
    return position[:length].ljust(length, filler)


def _counted(position: str, step: int) -> str:
    """Count on from a position's whole number; a carry changes the marks in front."""
    whole = _whole(position, LOWEST)
    number = step
    for place, digit in enumerate(reversed(whole)):
        number += DIGITS.index(digit) * len(DIGITS) ** place
    digits = []
    for _place in whole:
        number, value = divmod(number, len(DIGITS))
        digits.append(DIGITS[value])
    return "".join(reversed(digits))


def _middle(before: str, after: str) -> str:
    shared = 0
    while after and (before[shared : shared + 1] or LOWEST) == after[shared : shared + 1]:
        shared += 1
    if shared:
        return after[:shared] + _middle(before[shared:], after[shared:])
    low = DIGITS.index(before[0]) if before else 0
    high = DIGITS.index(after[0]) if after else len(DIGITS)
    if high - low > 1:
        return DIGITS[(low + high) // 2]
    # Never `after[0]`: after a whole number's last digits, which may be zero, nothing would fit.
    return DIGITS[low] + _middle(before[1:], "")
