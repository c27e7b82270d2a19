"""Pillow beside libvips on our kinds of picture: `python -m bench.files.libraries`.

Needs `pyvips-binary`, which the product does not:
`uv run --with pyvips-binary python -m bench.files.libraries`. Each cell is a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING

from PIL import Image

from bench import report
from bench.files.art import card_art, photo
from files.pictures.picture import Rendering
from files.pictures.rendering import opened_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

WIDTH = 220
ROUNDS = 7
VIPS_FORMATS = {"WEBP": ".webp[Q=80,effort=2]", "AVIF": ".avif[Q=55,effort=1]", "PNG": ".png"}
HEAD = ("picture", "to", "Pillow, ms", "libvips, ms", "Pillow, MiB", "libvips, MiB")


def pictures() -> Mapping[str, bytes]:
    """Return a picture of each kind that members send."""
    art = Image.open(BytesIO(card_art(3)))
    clear = art.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(art.size))
    large = photo(12)
    return {
        "card art, PNG 744 x 1039": card_art(3),
        "with alpha, PNG 744 x 1039": _written(clear, "PNG"),
        "photo, JPEG of 12 megapixels": large,
        "photo, WebP of 12 megapixels": _written(Image.open(BytesIO(large)), "WEBP"),
    }


def _written(image: Image.Image, kind: str) -> bytes:
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()


def by_pillow(content: bytes, kind: str) -> bytes:
    """Make a variant as the product does, without the preview."""
    with Image.open(BytesIO(content)) as image:
        height = round(WIDTH * image.height / image.width)
    return opened_stored(BytesIO(content), Rendering(WIDTH, height, "", kind)).rendered()


def by_libvips(content: bytes, kind: str) -> bytes:
    """Make the same by libvips, on one thread and without its cache."""
    pyvips: ModuleType = import_module("pyvips")
    pyvips.cache_set_max(0)
    image = pyvips.Image.thumbnail_buffer(content, WIDTH, height=100_000)
    made: bytes = image.write_to_buffer(VIPS_FORMATS[kind])
    return made


LIBRARIES: Mapping[str, Callable[[bytes, str], bytes]] = {
    "pillow": by_pillow,
    "libvips": by_libvips,
}


def measured(library: str, kind: str, path: Path) -> tuple[float, float]:
    """Return the least processor milliseconds, and the MiB by which the process grew."""
    make, content = LIBRARIES[library], path.read_bytes()
    make(_written(Image.new("RGB", (2 * WIDTH, WIDTH)), "PNG"), kind)
    before = _memory("VmRSS")
    # From here on the most counts (proc(5)).
    Path("/proc/self/clear_refs").write_text("5")
    times = []
    for _round in range(ROUNDS):
        started = process_time()
        make(content, kind)
        times.append(process_time() - started)
    return min(times) * 1000, _memory("VmHWM") - before


def _memory(kind: str) -> float:
    """Return the memory of this process in MiB: `VmRSS` now, `VmHWM` at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def main() -> None:
    """Measure each cell in a process of its own, and show the table."""
    rows = []
    with TemporaryDirectory() as folder:
        for name, content in pictures().items():
            path = Path(folder, "picture")
            path.write_bytes(content)
            for kind in VIPS_FORMATS:
                cells = [_asked(library, kind, path) for library in LIBRARIES]
                times = [f"{milliseconds:.0f}" for milliseconds, _grown in cells]
                growths = [f"{grown:.0f}" for _milliseconds, grown in cells]
                rows.append([name, kind, *times, *growths])
    sys.stdout.write("\n".join([*report.table(HEAD, rows), ""]))


def _asked(library: str, kind: str, path: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.files.libraries", library, kind, str(path)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, "VIPS_CONCURRENCY": "1"}
    )
    milliseconds, grown = json.loads(done.stdout)
    return milliseconds, grown


if __name__ == "__main__":
    if len(sys.argv) > 1:
        library, kind, path = sys.argv[1:]
        sys.stdout.write(json.dumps(measured(library, kind, Path(path))))
    else:
        main()
