"""The process that decodes pictures: `python -m files.pictures.process`.

It is asked through its standard input and answers on its standard output in frames: the lengths of
a JSON header and of a body, four bytes each, then both. For each picture it first says how many
pixels decoding takes, and goes on when it is told to. Decoders work on bytes of strangers: here
they have neither secrets nor connections, a bound on memory, and a life that can be ended.
"""

from __future__ import annotations

import os
import resource
import select
import sys
from dataclasses import asdict
from struct import Struct
from typing import IO, TYPE_CHECKING, Any

import orjson

from files.pictures.decoding import PictureError, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

LENGTHS = Struct("!II")
GO_ON = b"\x01"
IDLE_SECONDS = 30.0
NICENESS = 5


def frame(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Write a frame."""
    head = orjson.dumps(header)
    return LENGTHS.pack(len(head), len(body)) + head + body


def answer(content: bytes, source: IO[bytes], target: IO[bytes]) -> None:
    """Say how large a picture is and, when told to go on, write it anew."""
    try:
        with opened(content) as picture:
            _say(target, frame({"pixels": picture.pixels}))
            if source.read(1) != GO_ON:
                return
            rewritten = picture.rewritten()
    except PictureError as error:
        _say(target, frame({"error": error.code}))
        return
    about = asdict(rewritten)
    body = about.pop("content")
    _say(target, frame({"picture": about}, body))


def _say(target: IO[bytes], words: bytes) -> None:
    target.write(words)
    target.flush()


def serve(source: IO[bytes], target: IO[bytes], *, idle_seconds: float = IDLE_SECONDS) -> None:
    """Answer until there is nobody any more who asks, or nothing to do for a while."""
    while select.select([source], [], [], idle_seconds)[0]:
        lengths = source.read(LENGTHS.size)
        if len(lengths) < LENGTHS.size:
            return
        head, size = LENGTHS.unpack(lengths)
        source.read(head)
        answer(source.read(size), source, target)


def main(memory: int) -> None:
    """Serve with `memory` bytes of address space at most, behind all that is more urgent."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(int(sys.argv[1]))
