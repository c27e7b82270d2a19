"""The process that decodes pictures: `python -m files.pictures.process`.

It is asked through its standard input and answers on its standard output in frames. A question is
a picture, which is to be written anew unless its header asks for something to be made of it, such
as a `rendering`. It first says how many pixels decoding takes, and goes on when it is told to.
Decoders work on bytes of strangers: here they have neither secrets nor connections, a bound on
memory, and a life that can be ended.
"""

from __future__ import annotations

import os
import resource
import select
import sys
from collections.abc import Callable
from ctypes import CDLL
from dataclasses import fields
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING, Any, Protocol

import orjson

from files.pictures.decoding import opened
from files.pictures.frames import GO_ON, LENGTHS, head
from files.pictures.picture import Picture, PictureError, Rendering
from files.pictures.rendering import opened_stored

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS = [each.name for each in fields(Picture) if each.name not in ("content", "preview")]
trim: Callable[[int], int] = getattr(CDLL(None), "malloc_trim", int)
"""Gives what is free to the system (glibc, malloc_trim(3)); elsewhere there is nothing to do."""
IDLE_SECONDS = 30.0
NICENESS = 10


class Made(Protocol):
    """What is made of stored pictures: how many pixels that takes, and its bytes."""

    pixels: int

    def rendered(self) -> bytes:
        """Return the bytes; raises PictureError."""
        ...


type Opener = Callable[[bytes, Any], Made]
"""Reads the headers of stored pictures, for what a question asks to be made of them."""


def answer(
    question: Mapping[str, Any],
    content: bytes,
    openers: Mapping[str, Opener],
    source: IO[bytes],
    target: IO[bytes],
) -> None:
    """Say how large a picture is and, when told to go on, do with it what is asked."""
    try:
        if question:
            ((name, details),) = question.items()
            _make(openers[name](content, details), source, target)
        else:
            _rewrite(content, source, target)
    except PictureError as error:
        _say(target, head({"error": error.code}))


def _rewrite(upload: bytes, source: IO[bytes], target: IO[bytes]) -> None:
    # A large picture needs all of the limit: nothing that the one before left counts for it.
    trim(0)
    with opened(upload) as picture:
        _say(target, head({"pixels": picture.pixels}))
        if source.read(1) != GO_ON:
            return
        rewritten = picture.rewritten()
    about = {name: getattr(rewritten, name) for name in FACTS}
    with rewritten.content as content:
        lengths = {"preview": len(rewritten.preview)}
        _say(target, head({"picture": about, **lengths}, rewritten.size))
        copyfileobj(content, target)
        _say(target, rewritten.preview)


def _make(made: Made, source: IO[bytes], target: IO[bytes]) -> None:
    _say(target, head({"pixels": made.pixels}))
    if source.read(1) != GO_ON:
        return
    content = made.rendered()
    _say(target, head({"size": len(content)}, len(content)))
    _say(target, content)


def _opened_rendering(content: bytes, details: Mapping[str, Any]) -> Made:
    return opened_stored(content, Rendering(**details))


OPENERS: Mapping[str, Opener] = {"rendering": _opened_rendering}


def _say(target: IO[bytes], words: bytes) -> None:
    target.write(words)
    target.flush()


def serve(
    source: IO[bytes],
    target: IO[bytes],
    openers: Mapping[str, Opener],
    *,
    idle_seconds: float = IDLE_SECONDS,
) -> None:
    """Answer until there is nobody any more who asks, or nothing to do for a while."""
    while select.select([source], [], [], idle_seconds)[0]:
        lengths = source.read(LENGTHS.size)
        if len(lengths) < LENGTHS.size:
            return
        header, size = LENGTHS.unpack(lengths)
        question = orjson.loads(source.read(header))
        answer(question, source.read(size), openers, source, target)


def main(memory: int, openers: Mapping[str, Opener]) -> None:
    """Serve with `memory` bytes of data at most (getrlimit(2)), behind all that is more urgent."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer, openers)


if __name__ == "__main__":
    main(int(sys.argv[1]), OPENERS)
