"""`./holo files move`: between the disk and a bucket, verified, and begun again after a kill."""

from __future__ import annotations

import json
import random
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from files.care.places import BucketPlace, LocalPlace, both_places
from tests.client import Browser
from tests.files.served import emptied, stored
from tests.files.stored import address_of
from tests.other_process import other_process

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from files.models import File
    from resources.json_text import JsonObject

pytestmark = pytest.mark.servers

CONTENTS = [random.Random(number).randbytes(300_000) for number in range(6)]
KILLED = (
    "import os, pathlib, signal\n"
    "from django.core.management import call_command\n"
    "from files.care import places\n"
    "settings.FILES_FOLDER = pathlib.Path(sys.argv[2])\n"
    "copies = []\n"
    "def copyfileobj(source, target, length):\n"
    "    copies.append(target.write(source.read(100_000 if len(copies) == 3 else -1)))\n"
    "    target.flush()\n"
    "    if len(copies) == 4: os.kill(os.getpid(), signal.SIGKILL)\n"
    "places.copyfileobj = copyfileobj"
)


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Let the bucket's files come from, or go to, a folder of this test."""
    settings.FILES_FOLDER = tmp_path / "disk"
    bucket = settings.STORAGES["default"]
    options = {**bucket["OPTIONS"], "folder": str(settings.FILES_FOLDER)}
    settings.STORAGES = {**settings.STORAGES, "default": {**bucket, "OPTIONS": options}}
    return tmp_path / "disk"


@pytest.fixture
def bucket(folder: Path) -> BucketPlace:
    """Empty the bucket."""
    del folder
    places = both_places()
    assert places
    emptied(places[1])
    return places[1]


@pytest.fixture
def files(transactional_db: None, bucket: BucketPlace) -> list[File]:
    """Store files in the bucket."""
    return [stored(content) for content in CONTENTS]


def run(to: str, *options: str) -> tuple[int, Any]:
    """Run the command; returns its exit status and what it wrote."""
    output = StringIO()
    try:
        call_command("files", "move", "--to", to, "--json", *options, stdout=output)
    except CommandError as error:
        return error.returncode, json.loads(output.getvalue())
    return 0, json.loads(output.getvalue())


def told(*, copied: int = 0, there: int = 0, deleted: int = 0) -> JsonObject:
    return {"copied": copied, "there_already": there, "deleted": deleted, "damaged": []}


def keys(place: LocalPlace | BucketPlace) -> set[str]:
    return {each.key for each in place.objects()}


def moved_back(files: list[File], bucket: BucketPlace, folder: Path) -> None:
    """Have the files on the disk alone."""
    assert run("disk", "--clear") == (0, told(copied=6, deleted=6))
    assert keys(bucket) == set()
    assert keys(LocalPlace(folder)) == {file.key for file in files}


def test_files_move_to_the_bucket_while_they_are_read(
    files: list[File], bucket: BucketPlace, folder: Path
) -> None:
    moved_back(files, bucket, folder)
    for file, content in zip(files, CONTENTS, strict=True):
        part = Browser().get(address_of(file), headers={"Range": "bytes=9-99"})
        assert part.getvalue() == content[9:100]
        assert default_storage.exists(file.key)
    assert run("s3") == (0, told(copied=6))
    assert run("s3", "--clear") == (0, told(there=6, deleted=6))
    assert keys(LocalPlace(folder)) == set()
    for file, content in zip(files, CONTENTS, strict=True):
        assert Browser().get(address_of(file)).getvalue() == content


def test_a_move_that_was_killed_goes_on(
    files: list[File], bucket: BucketPlace, folder: Path
) -> None:
    work = 'call_command("files", "move", "--to", "disk", "--clear")'
    with other_process(KILLED, work, str(folder)) as process:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.wait(60) == -9
    assert len(keys(bucket)) == 3
    assert len(keys(LocalPlace(folder))) == 4
    assert run("disk", "--clear") == (0, told(copied=3, deleted=3))
    whole = {file.key: content for file, content in zip(files, CONTENTS, strict=True)}
    assert {key: (folder / key).read_bytes() for key in whole} == whole
    (cut,) = keys(LocalPlace(folder)) - whole.keys()
    assert cut.startswith("pictures/.moving-")


def test_a_bad_copy_is_noticed_and_not_kept(
    files: list[File], bucket: BucketPlace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = files[2].key
    put = LocalPlace.put

    def spoil(place: LocalPlace, key: str, content: BinaryIO) -> None:
        put(place, key, BytesIO(content.read()[:-1] + b"?") if key == spoilt else content)

    with monkeypatch.context() as bad_disk:
        bad_disk.setattr(LocalPlace, "put", spoil)
        status, result = run("disk", "--clear")
    assert (status, result["copied"], result["damaged"]) == (1, 5, [spoilt])
    assert keys(bucket) == {spoilt}
    assert not (folder / spoilt).exists()
    assert run("disk") == (0, told(copied=1))
    assert (folder / spoilt).read_bytes() == CONTENTS[2]


def test_what_stands_at_the_other_place_is_not_trusted(
    files: list[File], bucket: BucketPlace, folder: Path
) -> None:
    LocalPlace(folder).put(files[0].key, BytesIO(CONTENTS[1]))
    LocalPlace(folder).put(files[1].key, BytesIO(CONTENTS[1]))
    assert run("disk") == (0, told(copied=5, there=1))
    assert (folder / files[0].key).read_bytes() == CONTENTS[0]


def test_a_file_that_is_damaged_where_it_is_stays_there(
    files: list[File], bucket: BucketPlace, folder: Path
) -> None:
    bucket.put(files[0].key, BytesIO(CONTENTS[1]))
    status, result = run("disk", "--clear")
    assert (status, result["damaged"]) == (1, [files[0].key])
    assert keys(bucket) == {files[0].key}
