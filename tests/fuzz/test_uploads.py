"""However an upload is created, continued, cut off and asked for: no acknowledged byte is lost."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.storage import set_up_storage
from tests.files.uploads.tus import Tus, content_of, metadata
from tests.fuzz.running import examples
from tests.personas import new_member

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

CONTENT = b"%PDF-1.7" + bytes(range(256)) * 3
FIELD = metadata(field="posts.attachment")
SIZES = st.integers(0, 300)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("patch"), SIZES),
        st.tuples(st.just("cut"), SIZES),
        st.tuples(st.just("head"), st.just(0)),
        st.tuples(st.just("checked"), SIZES),
        st.tuples(st.just("wrong checksum"), SIZES),
        st.tuples(st.just("wrong offset"), SIZES),
        st.tuples(st.just("too much"), st.just(len(CONTENT) + 1)),
        st.tuples(st.just("deny"), st.just(0)),
    ),
    max_size=8,
)


@pytest.fixture
def dana(transactional_db: None, settings: Settings, tmp_path: Path) -> Tus:
    local = settings.STORAGES["default"]
    if "location" in local["OPTIONS"]:
        options = {**local["OPTIONS"], "location": str(tmp_path / "files")}
        settings.STORAGES = {**settings.STORAGES, "default": {**local, "OPTIONS": options}}
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    set_up_storage()
    return Tus(new_member("dana"))


def checksum(body: bytes) -> str:
    return f"sha256 {b64encode(sha256(body).digest()).decode()}"


def does(dana: Tus, place: str, offset: int, step: str, size: int) -> tuple[int, int]:
    """Take one step; return from which to which offset the upload may be afterwards."""
    piece = CONTENT[offset : offset + size]
    end = offset + len(piece)
    if step == "patch":
        assert dana.patches(place, offset, piece).offset == end
    elif step == "cut":
        dana.is_cut_off(place, offset, piece)
        return offset, end
    elif step == "checked":
        assert dana.patches(place, offset, piece, upload_checksum=checksum(piece)).offset == end
    elif step == "wrong checksum":
        wrong = dana.patches(place, offset, piece, upload_checksum=checksum(b"x" + piece))
        assert wrong.status == 460
        return offset, offset
    elif step == "wrong offset":
        assert dana.patches(place, offset + size + 1, piece).status == 409
        return offset, offset
    elif step == "too much":
        assert dana.patches(place, offset, b"x" * size).status == 413
        return offset, offset
    elif step == "deny":
        assert dana.patches(place, offset, b"x", tus_resumable="0").status == 412
        return offset, offset
    else:
        return offset, offset
    return end, end


@given(steps=STEPS, is_deferred=st.booleans(), first=SIZES)
@examples(8)
def test_no_acknowledged_byte_is_ever_lost(
    dana: Tus, steps: list[tuple[str, int]], is_deferred: bool, first: int
) -> None:
    length = None if is_deferred else len(CONTENT)
    created = dana.creates(length, CONTENT[:first], upload_metadata=FIELD)
    place, offset = created.headers["location"], created.offset
    assert offset == first
    for step, size in steps:
        if is_deferred and step == "too much":
            continue
        least, most = does(dana, place, offset, step, size)
        head = dana.heads(place)
        assert least <= head.offset <= most, step
        offset = head.offset
    told: Any = {"upload_length": str(len(CONTENT))} if is_deferred else {}
    done = dana.patches(place, offset, CONTENT[offset:], **told)
    assert (done.status, done.offset) == (204, len(CONTENT))
    assert content_of(done.headers["upload-file"]) == CONTENT
