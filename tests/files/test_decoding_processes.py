"""A process that decodes pictures takes little memory besides the pixels."""

from __future__ import annotations

import os
import subprocess
import sys
from io import SEEK_END, BufferedRandom, BufferedReader, BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from files.pictures import handed_file
from files.pictures.client import PictureProcess
from files.pictures.decoding import opened
from files.pictures.handed_file import PIECE_BYTES, HandedFile, PausingReader, PausingWriter
from tests.files.drawings import drawn

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 60


@pytest.fixture
def process() -> Iterator[PictureProcess]:
    started = PictureProcess()
    yield started
    started.end()


def data_bytes(process: PictureProcess) -> int:
    """Return the bytes of a process' data, which its limit of memory is about (proc(5))."""
    lines = Path(f"/proc/{process._process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))


def test_a_picture_that_waits_for_its_turn_takes_none_of_its_bytes(process: PictureProcess) -> None:
    process.pixels_of(BytesIO(drawn("JPEG")), monotonic() + SECONDS)
    process.rewritten(monotonic() + SECONDS).content.close()
    before = data_bytes(process)
    large = drawn("JPEG", Image.effect_noise((4000, 2000), 90), quality=95)
    assert process.pixels_of(BytesIO(large), monotonic() + SECONDS) == 4000 * 2000
    assert data_bytes(process) - before < len(large) / 4


@pytest.mark.parametrize(
    ("used", "unused"), [("decoding", "rendering"), ("rendering", "decoding"), ("turning", "heif")]
)
def test_a_process_loads_what_its_pictures_need_alone(used: str, unused: str) -> None:
    program = f"import sys, files.pictures.process, files.pictures.{used}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).resolve().parents[2],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    loaded = set(done.stdout.split())
    assert f"files.pictures.{used}" in loaded
    assert not loaded & {f"files.pictures.{unused}", "dataclasses", "django"}


def test_a_file_that_was_handed_over_has_a_position_of_its_own() -> None:
    with TemporaryFile() as opened:
        opened.write(b"0123456789")
        opened.flush()
        opened.seek(4)
        with BufferedReader(HandedFile(os.dup(opened.fileno()), 8)) as handed:
            assert handed.read() == b"01234567"
            assert handed.seek(-3, SEEK_END) == 5
            assert handed.read(10) == b"567"
            assert handed.read(1) == b""
            handed.seek(100)
            assert handed.read() == b""
        assert opened.read() == b"456789"


def test_a_large_photo_leaves_the_processor_to_others_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(handed_file, "sleep", pauses.append)
    photo = drawn("JPEG", Image.effect_noise((2000, 1500), 90).convert("RGB"), quality=95)
    with TemporaryFile() as sent, TemporaryFile() as kept:
        sent.write(photo)
        sent.flush()
        reader = PausingReader(os.dup(sent.fileno()), len(photo))
        writer = PausingWriter(os.dup(kept.fileno()), "w+b")
        with (
            BufferedReader(reader, PIECE_BYTES) as upload,
            BufferedRandom(writer, PIECE_BYTES) as written,
            opened(upload) as picture,
        ):
            size = picture.rewritten(written).size
        assert os.fstat(kept.fileno()).st_size == size
    assert len(pauses) > (len(photo) + size) / PIECE_BYTES
