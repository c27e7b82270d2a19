"""The frames that a server and a process that decodes pictures exchange over a socket.

An answer is the lengths of a JSON header and of a body, four bytes each, then both. A question is
the same without the body: that is a file, whose descriptor comes along. `GO_ON` brings the
descriptor of the file that a picture is to be written to.
"""

from __future__ import annotations

import json
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LENGTHS = Struct("!II")
GO_ON = b"\x01"


def head(header: Mapping[str, object], size: int = 0) -> bytes:
    """Write the beginning of a frame whose body has so many bytes."""
    written = json.dumps(header).encode()
    return LENGTHS.pack(len(written), size) + written
