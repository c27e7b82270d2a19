"""The process that decodes pictures: `python -m files.pictures.process`.

It is asked and answers in frames over the socket that is its standard input. A question is a
picture, which is to be written anew unless its header asks for something to be made of it, such as
a `rendering`. It first says how many pixels decoding takes, and goes on when it is told to.
Decoders work on bytes of strangers: here they have neither secrets nor connections, a bound on
memory, and a life that can be ended.
"""

from __future__ import annotations

import json
import os
import resource
import select
import socket
import sys
from collections.abc import Callable
from ctypes import CDLL
from importlib import import_module
from io import BufferedRandom, BufferedReader
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from files.pictures.frames import GO_ON, LENGTHS, head
from files.pictures.handed_file import PIECE_BYTES, HandedFile, PausingReader, PausingWriter
from files.pictures.picture import Picture, PictureError, Rendering

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from resources.api import JsonObject

FACTS = [name for name in Picture._fields if name not in ("content", "preview")]
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


type Opener = Callable[[BinaryIO, JsonObject], Made]
"""Reads the headers of stored pictures, for what a question asks to be made of them."""


def answer(
    question: JsonObject,
    file: BinaryIO,
    openers: Mapping[str, Opener],
    client: socket.socket,
) -> None:
    """Say how large a picture is and, when told to go on, do with it what is asked."""
    try:
        if question:
            ((name, details),) = question.items()
            _make(openers[name](file, details), client)
        else:
            _rewrite(file, client)
    except PictureError as error:
        client.sendall(head({"error": error.code}))


def _rewrite(upload: BinaryIO, client: socket.socket) -> None:
    with _module("decoding").opened(upload) as picture:
        client.sendall(head({"pixels": picture.pixels}))
        said, descriptors, _flags, _address = socket.recv_fds(client, len(GO_ON), 1)
        if said != GO_ON:
            return
        with BufferedRandom(PausingWriter(descriptors[0], "w+b"), PIECE_BYTES) as file:
            rewritten: Picture = picture.rewritten(file)
    about = {name: getattr(rewritten, name) for name in FACTS}
    preview = rewritten.preview
    client.sendall(head({"picture": about}, len(preview)) + preview)


def _make(made: Made, client: socket.socket) -> None:
    client.sendall(head({"pixels": made.pixels}))
    if client.recv(len(GO_ON)) != GO_ON:
        return
    content = made.rendered()
    client.sendall(head({}, len(content)) + content)


def _opened_rendering(file: BinaryIO, details: JsonObject) -> Made:
    return cast("Made", _module("rendering").opened_stored(file, Rendering(**details)))


def _module(name: str) -> ModuleType:
    """Return a module of uploads or of variants.

    A process has to do with one kind alone: the other's would cost it time to start, and memory.
    """
    return import_module(f"files.pictures.{name}")


OPENERS: Mapping[str, Opener] = {"rendering": _opened_rendering}


def serve(
    client: socket.socket, openers: Mapping[str, Opener], *, idle_seconds: float = IDLE_SECONDS
) -> None:
    """Answer until there is nobody any more who asks, or nothing to do for a while."""
    while select.select([client], [], [], idle_seconds)[0]:
        lengths, descriptors, _flags, _address = socket.recv_fds(client, LENGTHS.size, 1)
        if len(lengths) < LENGTHS.size:
            return
        header, size = LENGTHS.unpack(lengths)
        question = json.loads(client.recv(header, socket.MSG_WAITALL))
        # An upload may be large; what is made of stored pictures is waited for.
        reader = HandedFile if question else PausingReader
        with BufferedReader(reader(descriptors[0], size), PIECE_BYTES) as file:
            answer(question, file, openers, client)
        if not question:
            # The next one may need all of the limit, and nobody else what is free until then.
            trim(0)


def main(memory: int, openers: Mapping[str, Opener]) -> None:
    """Serve with `memory` bytes of data at most (getrlimit(2)), behind all that is more urgent."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    os.nice(NICENESS)
    with socket.socket(fileno=sys.stdin.fileno()) as client:
        serve(client, openers)


if __name__ == "__main__":
    main(int(sys.argv[1]), OPENERS)
