"""The process that makes share pictures (`python -m cards.share.process`): one that decodes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, BinaryIO

from cards.share.composing import CardDetails, Composition
from files.pictures.process import main

if TYPE_CHECKING:
    from files.pictures.process import Made
    from resources.api import JsonObject


def opened_composition(file: BinaryIO, details: JsonObject) -> Made:
    """Read the headers of a card's pictures; raises PictureError."""
    return Composition(file.read(), CardDetails(**details["shown"]), details["layers"])


if __name__ == "__main__":
    main(int(sys.argv[1]), {"composition": opened_composition})
