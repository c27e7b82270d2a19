"""Which name a misspelled one was meant to be."""

from collections.abc import Collection

LETTERS_A_TYPO = 4
"""A word of a name may have one wrong letter, and one more for each so many letters."""


def meant(name: str, known: Collection[str]) -> str:
    """Return the known name that `name` looks like, or an empty text.

    Whole names may differ by one edit, and each of their words by one edit, or by more if it is
    long: DATABSE_URI is DATABASE_URL, but DATABASE_PORT is not DATABASE_POOL. Typos seldom are in
    the first letter.
    """
    written = name.upper()
    for candidate in sorted(known):
        if candidate[0] == written[0] and _is_near(written, candidate):
            return candidate
    return ""


def _is_near(written: str, known: str) -> bool:
    if _is_within(1, written, known):
        return True
    words, right = written.split("_"), known.split("_")
    return len(words) == len(right) and all(
        _is_within(max(1, len(word) // LETTERS_A_TYPO), word, given)
        for word, given in zip(right, words, strict=True)
    )


def _is_within(most: int, one: str, other: str) -> bool:
    # Lengths tell enough about most pairs.
    return abs(len(one) - len(other)) <= most and edits(one, other) <= most


def edits(one: str, other: str) -> int:
    """Count the letters to add, drop, replace or swap (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, target in enumerate(other, 1):
            cheapest = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and (letter, one[i - 2]) == (other[j - 2], target):
                cheapest = min(cheapest, last[j - 2] + 1)
            row.append(cheapest)
    return row[-1]
