"""Decoding pictures has a budget: of processes, pixels, memory, time, and those who wait."""

from __future__ import annotations

import asyncio
from io import BytesIO
from socket import socketpair
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files.pictures import executor as executors
from files.pictures.client import PictureProcess
from files.pictures.decoding import PIXEL_BYTES
from files.pictures.executor import (
    LARGE_PIXELS,
    Allowance,
    LargePictureTurn,
    PictureExecutor,
    picture_executor,
)
from files.pictures.picture import MOST_PIXELS, Picture, PictureError
from files.pictures.process import serve
from resources.errors import Problem
from server.app import application
from tests.files.drawings import drawn
from tests.files.stored import stored_pictures
from tests.files.test_decoding_processes import data_bytes
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.personas import Persona

SMALL = drawn("PNG")
served: Any = application


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureExecutor]:
    """Install an executor of one process, with room for one who waits."""
    own = PictureExecutor(processes=1, waiting=1, pixels=Allowance(MOST_PIXELS))
    monkeypatch.setattr("files.pictures.reading.picture_executor", lambda: own)
    yield own
    own.end()


def run(executor: PictureExecutor, content: bytes) -> Picture:
    picture = executor.run(BytesIO(content))
    with picture.content as kept:
        return picture._replace(content=BytesIO(kept.read()))


def test_a_budget_is_shared_and_given_back() -> None:
    budget = Allowance(2)
    with budget.taken(1, monotonic()), budget.taken(1, monotonic()):
        with pytest.raises(Problem) as refused, budget.taken(1, monotonic()):
            pass
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "5"})
    with budget.taken(2, monotonic()):
        pass
    with budget.taken(3, monotonic()), pytest.raises(Problem), budget.taken(1, monotonic()):
        pass


def test_large_pictures_come_one_after_the_other_in_all_processes(tmp_path: Path) -> None:
    """Whoever locks the file first, here as another process would, is the one."""
    here, elsewhere = (LargePictureTurn(tmp_path / "turn") for _process in range(2))
    large, small = LARGE_PIXELS + 1, LARGE_PIXELS
    waits: list[str] = []

    def wait() -> None:
        waits.append("waits")

    with elsewhere.taken(large, monotonic(), wait):
        with here.taken(small, monotonic(), wait):
            pass
        assert waits == []
        with pytest.raises(Problem) as refused, here.taken(large, monotonic(), wait):
            pass
        assert (refused.value.status, waits) == (503, ["waits"])
    with here.taken(large, monotonic(), wait):
        pass
    assert waits == ["waits"]


def test_a_large_picture_that_waits_for_another_takes_no_process(
    executor: PictureExecutor, settings: Settings
) -> None:
    large = drawn("JPEG", Image.new("RGB", (2500, 2000)))
    run(executor, SMALL)
    (before,) = executor._idle
    done: list[Picture] = []
    thread = Thread(target=lambda: done.append(run(executor, large)))
    turn = LargePictureTurn(settings.DATA_DIR / "large-picture.lock")
    with turn.taken(LARGE_PIXELS + 1, monotonic(), lambda: None):
        thread.start()
        before._process.wait(60)
        assert done == []
    thread.join(60)
    assert [(picture.width, picture.height) for picture in done] == [(2500, 2000)]
    assert len(executor._idle) == 1
    assert executor._idle != [before]


def test_who_waits_for_a_budget_gets_it() -> None:
    budget, is_waiting, got = Allowance(1), Event(), Event()

    def wait() -> None:
        is_waiting.set()
        with budget.taken(1, monotonic() + 60):
            got.set()

    with budget.taken(1, monotonic()):
        Thread(target=wait).start()
        assert is_waiting.wait(20)
        assert not got.is_set()
    assert got.wait(20)


def test_a_process_does_one_picture_after_the_other(executor: PictureExecutor) -> None:
    first = run(executor, SMALL).content.read()
    (process,) = executor._idle
    with pytest.raises(PictureError) as refused:
        run(executor, b"no picture")
    assert refused.value.code == "not_a_picture"
    assert run(executor, SMALL).content.read() == first
    assert executor._idle == [process]


def test_a_process_that_has_ended_is_replaced(executor: PictureExecutor) -> None:
    run(executor, SMALL)
    (process,) = executor._idle
    process._process.kill()
    process._process.wait()
    assert run(executor, SMALL).content_type == "image/png"
    assert executor._idle != [process]


def test_a_process_ends_with_nothing_to_do_or_nobody_to_ask() -> None:
    ours, theirs = socketpair()
    with ours, theirs:
        serve(theirs, {}, idle_seconds=0)
        ours.close()
        serve(theirs, {}, idle_seconds=60)
    process = PictureProcess()
    process._socket.close()
    assert process._process.wait(20) == 0
    process.end()


def test_a_picture_that_takes_too_long_is_given_up(
    executor: PictureExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten = PictureProcess.rewritten
    with monkeypatch.context() as hurried:
        hurried.setattr(
            PictureProcess, "rewritten", lambda process, _deadline: rewritten(process, monotonic())
        )
        with pytest.raises(PictureError) as refused:
            run(executor, drawn("PNG", Image.effect_noise((2000, 2000), 80)))
    assert refused.value.code == "too_costly"
    assert executor._idle == []
    assert run(executor, SMALL).content_type == "image/png"


def test_a_picture_that_takes_too_much_memory_is_given_up(
    executor: PictureExecutor, settings: Settings
) -> None:
    settings.PICTURE_MEMORY_LIMIT = 128 * 1024**2
    with pytest.raises(PictureError) as refused:
        run(executor, drawn("PNG", Image.new("RGB", (8000, 5000))))
    assert refused.value.code == "too_costly"
    assert run(executor, SMALL).content_type == "image/png"


def test_the_largest_jpeg_is_taken_at_half_its_width_and_height(executor: PictureExecutor) -> None:
    picture = run(executor, drawn("JPEG", Image.new("RGB", (8000, MOST_PIXELS // 8000))))
    assert (picture.width, picture.height) == (4000, MOST_PIXELS // 8000 // 2)


def test_a_process_gives_the_memory_of_a_large_picture_back(executor: PictureExecutor) -> None:
    run(executor, SMALL)
    (process,) = executor._idle
    before = data_bytes(process)
    large = drawn("JPEG", Image.new("RGB", (3000, 2000)))
    for content in (large, large, SMALL):
        run(executor, content)
    assert executor._idle == [process]
    assert data_bytes(process) - before < PIXEL_BYTES * 3000 * 2000 / 10


def test_a_process_that_lacked_memory_ends(executor: PictureExecutor, settings: Settings) -> None:
    settings.PICTURE_MEMORY_LIMIT = 64 * 1024**2
    with pytest.raises(PictureError) as refused:
        run(executor, drawn("PNG", Image.new("RGB", (4000, 4000))))
    assert refused.value.code == "too_costly"
    assert executor._idle == []


def test_nothing_of_an_upload_is_read_before_its_turn(executor: PictureExecutor) -> None:
    upload = BytesIO(SMALL)
    with executor._places.taken(2, monotonic()), pytest.raises(Problem):
        executor.run(upload)
    assert upload.tell() == 0


def test_the_longest_queue_ends_with_503(executor: PictureExecutor, alice: Persona) -> None:
    before = stored_pictures()
    with executor._places.taken(2, monotonic()):
        refused = alice.api.upload("cards", {"title": "x", "front": picture()})
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused.json()["code"] == "busy"
    assert stored_pictures() == before
    assert alice.api.upload("cards", {"title": "x", "front": picture()}).status_code == 201


def picture(content: bytes = SMALL) -> Any:
    return SimpleUploadedFile("x.png", content)


@pytest.fixture
def dana(transactional_db: None) -> dict[str, str]:
    """Sign a member in for a test whose rows other threads must see."""
    return {"Authorization": new_member("dana").authorization}


def test_others_go_on_beside_a_picture_of_40_megapixels(
    dana: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    large = drawn("PNG", Image.new("1", (8000, 5000)))
    executor = PictureExecutor(processes=2, waiting=4, pixels=Allowance(MOST_PIXELS))
    monkeypatch.setattr("files.pictures.reading.picture_executor", lambda: executor)

    async def ask() -> tuple[int, int, bool, int]:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", headers=dana, timeout=60
        ) as client:
            # All pixels but some are taken: the large one has to wait, however quick this is.
            with executor._pixels.taken(1_000_000, monotonic()):
                first = asyncio.create_task(send(client, large))
                second = await send(client, SMALL)
                third = await client.post("/api/v1/cards", json={"title": "Moth"})
                is_waiting = not first.done()
            return second, third.status_code, is_waiting, await first

    assert asyncio.run(ask()) == (201, 201, True, 201)
    executor.end()


async def send(client: httpx.AsyncClient, content: bytes) -> int:
    sent = await client.post("/api/v1/cards", data={"title": "x"}, files={"front": content})
    return sent.status_code


def test_uploads_beyond_their_threads_and_queue_are_turned_away(
    dana: dict[str, str], settings: Settings
) -> None:
    settings.PICTURES_WAITING, settings.UPLOAD_THREADS = 0, 0

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.post(
                "/api/v1/cards", headers=dana, data={"title": "x"}, files={"front": SMALL}
            )

    refused = asyncio.run(ask())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")


def test_the_executor_of_a_process_is_one() -> None:
    assert picture_executor() is executors.picture_executor()
