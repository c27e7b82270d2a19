"""What a search finds, said once more in plain Python about one text, without terms or pairs."""

from __future__ import annotations

from unicodedata import category, combining, normalize

type Run = tuple[bool, str]
"""Characters of one kind: whether they are Hangul, Han or Kana, and which."""


def is_found(question: str, title: str, body: str) -> bool:
    """Return whether a record with these texts is found."""
    pieces = [piece for piece in pieces_of(question) if words_of(piece[1])]
    if not pieces:
        return False
    texts = [words_of(title), words_of(body)]
    return all(
        phrase_is_found(words_of(piece), texts, is_open=kind == "open")
        if kind != "plain"
        else words_are_found(words_of(piece), texts, is_last=piece is pieces[-1][1])
        for kind, piece in pieces
    )


def pieces_of(question: str) -> list[tuple[str, str]]:
    """Return what stands outside of quotes (`plain`), within them, or after one (`open`)."""
    split = question.split('"')
    kinds = ["plain" if number % 2 == 0 else "quoted" for number in range(len(split))]
    if kinds[-1] == "quoted":
        kinds[-1] = "open"
    return list(zip(kinds, split, strict=True))


def words_are_found(words: list[str], texts: list[list[str]], *, is_last: bool) -> bool:
    """Return whether each word is found; the last one may be a beginning."""
    every = [word for words in texts for word in words]
    for number, asked in enumerate(words, 1):
        is_beginning = is_last and number == len(words)
        word = asked
        if is_beginning and len(word) > 1 and "ㄱ" <= word[-1] <= "ㅎ" and "가" <= word[-2] <= "힣":
            word = word[:-1]
        runs = runs_of(word)
        is_whole = any(word == other for other in every)
        if not is_whole and not all(
            run_is_found(run, every, is_beginning=is_beginning and run is runs[-1]) for run in runs
        ):
            return False
    return True


def run_is_found(run: Run, every: list[str], *, is_beginning: bool) -> bool:
    """Return whether characters of one kind are found in a text's words."""
    is_cjk, asked = run
    runs = [other for word in every for kind, other in runs_of(word) if kind == is_cjk]
    if is_cjk:
        return any(asked in other for other in runs)
    wholes = runs + every
    return any(other.startswith(asked) if is_beginning else other == asked for other in wholes)


def phrase_is_found(words: list[str], texts: list[list[str]], *, is_open: bool) -> bool:
    """Return whether words follow each other in one of the texts."""
    *others, last = words
    is_beginning = is_open or is_cjk(last[-1])
    for text in texts:
        for start in range(len(text) - len(words) + 1):
            *before, end = text[start : start + len(words)]
            if before == others and (end.startswith(last) if is_beginning else end == last):
                return True
    return False


def words_of(text: str) -> list[str]:
    """Return the words of a text, as they are compared."""
    word = ""
    words = []
    for letter in f"{compared(text)} ":
        kind = category(letter)[0]
        if kind in "LN" or (word and kind == "M"):
            word += letter
        elif word:
            words.append(word)
            word = ""
    return words


def compared(text: str) -> str:
    """Return a text without what makes no difference: case, width, accents of Latin letters."""
    narrow = "".join(
        normalize("NFKC", letter) if "\uff01" <= letter <= "\uff9f" else letter
        for letter in normalize("NFC", text)
    )
    kept = ""
    for letter in normalize("NFD", normalize("NFC", narrow).casefold()):
        is_accent = "\u0300" <= letter <= "\u036f" and combining(letter)
        if not (is_accent and kept[-1:].isascii()):
            kept += letter
    return normalize("NFC", kept)


def runs_of(word: str) -> list[Run]:
    """Cut a word where Hangul, Han and Kana begin or end."""
    runs: list[Run] = []
    for letter in word:
        kind = is_cjk(letter)
        if runs and runs[-1][0] == kind:
            runs[-1] = (kind, runs[-1][1] + letter)
        else:
            runs.append((kind, letter))
    return runs


def is_cjk(letter: str) -> bool:
    """Return whether a character is of Hangul, Han or Kana, of those that the test uses."""
    return any(
        first <= letter <= last for first, last in ("가힣", "ㄱㅣ", "ぁゖ", "ァヺ", "ーー", "一鿿")
    )
