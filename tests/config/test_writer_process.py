"""On SQLite a process of its own writes; what it writes is seen, heard and never half done."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.answers import HttpAnswer
from server import writer_process
from server.writer_frames import BUSY, HELLO, Frames, frame
from server.writer_process import Writer
from tests.mailed import mailed_code
from tests.other_process import other_process, tell
from tests.realtime.test_processes import PROFILE
from tests.realtime.test_shutdown import Process, creates, listener, subscribes, token_of, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.embedded

BY_THE_BELL_ALONE = {"REALTIME_POLL_SECONDS": "600", "REALTIME_RECHECK_SECONDS": "600"}
IN_ENGLISH = SimpleNamespace(request=SimpleNamespace(language="en", is_batch=False))
UNLIMITED = {"THROTTLE_WRITE": "off"}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    settings = BY_THE_BELL_ALONE | UNLIMITED
    with Process(tmp_path_factory.mktemp("writing"), "all", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def api(process: Process) -> Iterator[httpx.Client]:
    with signed_in(process) as client:
        yield client


@contextmanager
def signed_in(process: Process) -> Iterator[httpx.Client]:
    """Open an account and return a client for it."""
    address = f"http://{process.address}/api/v1/"
    with httpx.Client(base_url=address, timeout=20) as client:
        proof = client.post("auth/register", json=PROFILE).json()["proof"]
        sent = {"proof": proof, "code": mailed_code(process.folder / "mail")}
        token = client.post("auth/verify-email/confirm", json=sent).json()["access"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def children(process: int) -> dict[int, str]:
    """Return the ids of the processes that a process has started, with their command lines."""
    tasks = Path(f"/proc/{process}/task")
    found = " ".join(path.read_text() for path in tasks.glob("*/children")).split()
    commands = {}
    for one in found:
        # One of them may have ended meanwhile.
        with suppress(FileNotFoundError, ProcessLookupError):
            commands[int(one)] = Path(f"/proc/{one}/cmdline").read_text()
    return commands


def writers_of(process: Process) -> list[int]:
    """Return the ids of the processes that write: a fork has its parent's command line."""
    found = children(process.running.pid).items()
    return [one for one, command in found if "\0serve\0" in command or "run_writer" in command]


def writer_of(process: Process) -> int:
    """Wait for the process that writes and return its id."""
    until(lambda: len(writers_of(process)) == 1)
    return writers_of(process)[0]


def written_by(pid: int, *, after: str = "") -> int:
    """Return how many bytes a process has written, `after` something else."""
    del after
    return int(Path(f"/proc/{pid}/io").read_text().split("wchar: ")[1].split()[0])


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    end = monotonic() + 20
    while not is_so():
        assert monotonic() < end
        sleep(0.02)


def test_what_is_written_there_is_seen_at_once(api: httpx.Client) -> None:
    cards = api.get("cards", params={"count": "exact"}).json()["count"]
    for number in range(20):
        card = creates(api, f"Dragon {number}")
        assert api.get(f"cards/{card}").json()["title"] == f"Dragon {number}"
        assert api.patch(f"cards/{card}", json={"title": "Moth"}).status_code == 200
        assert api.get(f"cards/{card}").json()["title"] == "Moth"
        assert api.get("cards", params={"count": "exact"}).json()["count"] == cards + number + 1


def test_batches_are_written_there_too(api: httpx.Client) -> None:
    requests = [{"method": "POST", "path": "cards", "body": {"title": title}} for title in "AB"]
    answered = api.post("batch", json={"requests": requests})
    cards = [answer["body"]["id"] for answer in answered.json()["results"]]
    assert [api.get(f"cards/{card}").json()["title"] for card in cards] == ["A", "B"]
    refused = api.post("batch", json={"requests": [*requests, {**requests[0], "body": {}}]})
    assert [error["field"] for error in refused.json()["errors"]] == ["requests.2.body.title"]
    assert answered.headers["x-request-id"] != refused.headers["x-request-id"]


def test_errors_come_back_as_from_anywhere_else(api: httpx.Client) -> None:
    refused = api.post("cards", json={"rarity": "unheard of"}, headers={"X-Request-ID": "mine"})
    assert refused.status_code == 400
    assert {error["field"] for error in refused.json()["errors"]} == {"title", "rarity"}
    assert refused.headers["x-request-id"] == "mine"
    korean = api.post("cards", json={}, headers={"Accept-Language": "ko"})
    assert re.search("[가-힣]", korean.text)
    assert api.post("cards", json={"title": "x"}, headers={"Authorization": ""}).status_code == 401
    assert api.patch(f"cards/{creates(api, 'x')}", content=b"{").status_code == 415


def test_a_screening_rule_made_elsewhere_holds_for_the_next_write(
    api: httpx.Client, process: Process
) -> None:
    imports = "from community.services.screening import write_rule"
    condition = '{"keywords": {"any_of": [line]}}'
    work = f"write_rule(by=SYSTEM, name=line, action='refuse', condition={condition})"
    said = {"text": "Free gems for everyone"}
    assert api.post("posts", json=said).status_code == 201
    with other_process(imports, work, database=str(process.folder / "holobase.db")) as other:
        tell(other, "gems")
        assert api.post("posts", json=said).json()["code"] == "screened"
        assert api.post("posts", json={"text": "Hello"}).status_code == 201
    # Some of these share a commit, which is taken back with those that are refused.
    with ThreadPoolExecutor(8) as clients:
        texts = [said, {"text": "Hello"}] * 10
        answers = list(clients.map(lambda text: api.post("posts", json=text), texts))
    assert [answer.status_code for answer in answers] == [403, 201] * 10
    with closing(sqlite3.connect(process.folder / "holobase.db")) as database, database:
        count = database.execute("SELECT COUNT(*) FROM community_screeningmatch").fetchone()
    assert count == (11,), "each refusal is logged once"


def test_listeners_hear_of_it_by_the_bell(api: httpx.Client, process: Process) -> None:
    with listener(process, token_of(api)) as live:
        assert subscribes(live)["type"] == "subscribed"
        card = creates(api, "Heard")
        assert told(live)["id"] == card


def test_a_device_that_is_signed_out_loses_its_connection(
    api: httpx.Client, process: Process
) -> None:
    sent = {"identity": PROFILE["email"], "password": PROFILE["password"]}
    other = api.post("auth/token", json=sent).json()["access"]
    newest = api.get("auth/sessions").json()["results"][0]["id"]
    with listener(process, other) as live:
        assert api.delete(f"auth/sessions/{newest}").status_code == 204
        assert told(live)["type"] == "revoked"


def test_a_server_that_is_killed_or_ends_leaves_nobody_behind(tmp_path: Path) -> None:
    running = Process(tmp_path, "all")
    running.start()
    until(lambda: "\0run_worker\0" in "".join(children(running.running.pid).values()))
    left = list(children(running.running.pid))
    assert len(left) == 2, "a writer and a worker"
    running.running.kill()
    running.running.wait()
    until(lambda: not any(is_running(one) for one in left))
    # Nothing keeps another server from starting on the folder.
    running.start()
    writer = writer_of(running)
    os.kill(writer, signal.SIGTERM)
    sleep(0.2)
    assert is_running(writer), "who has accepted a write must see it through"
    running.end()
    running.ended_after()
    assert not is_running(writer)


@pytest.mark.parametrize("death", ["the first", "the second"])
def test_when_it_dies_the_server_writes_and_nothing_answered_is_lost(
    api: httpx.Client, process: Process, death: str
) -> None:
    writer = writer_of(process)

    def write(number: int) -> tuple[int, str]:
        if number == 60:
            os.kill(writer, signal.SIGKILL)
        answer = api.post("cards", json={"title": f"Kept {number}", "status": "published"})
        return answer.status_code, answer.json().get("id", answer.json().get("code"))

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(write, range(200)))
    assert {status for status, _said in answers} <= {201, 503}
    assert {said for status, said in answers if status == 503} <= {"interrupted"}
    written = [card for status, card in answers if status == 201]
    assert len(written) >= 190, "only what was under way may be interrupted"
    assert {api.get(f"cards/{card}").status_code for card in written} == {200}
    until(lambda: writers_of(process) not in ([], [writer]))


def test_another_writer_is_started_and_does_as_the_first_did(
    api: httpx.Client, process: Process
) -> None:
    former = writer_of(process)
    os.kill(former, signal.SIGKILL)
    until(lambda: set(writers_of(process)) - {former} != set())
    writer = writer_of(process)
    until(lambda: written_by(writer) < written_by(writer, after=creates(api, "By which?")))
    with listener(process, token_of(api)) as live:
        assert subscribes(live)["type"] == "subscribed"
        card = creates(api, "Heard")
        assert told(live)["id"] == card


def test_one_that_hangs_is_replaced_and_who_waits_is_told(tmp_path: Path) -> None:
    with Process(tmp_path, "all", WRITER_SECONDS="1") as process, signed_in(process) as api:
        hung = writer_of(process)
        os.kill(hung, signal.SIGSTOP)
        with ThreadPoolExecutor(3) as clients:
            told = list(clients.map(lambda n: api.post("cards", json={"title": f"{n}"}), range(3)))
        assert {answer.status_code for answer in told} == {503}
        assert {answer.json()["code"] for answer in told} == {"interrupted"}
        assert told[0].headers["Retry-After"]
        until(lambda: not is_running(hung))
        creates(api, "Written meanwhile")
        until(lambda: writers_of(process) not in ([], [hung]))
        writer = writer_of(process)
        until(lambda: written_by(writer) < written_by(writer, after=creates(api, "By which?")))


def test_a_writer_at_work_says_so_before_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_process, "BUSY_SECONDS", 0)
    monkeypatch.setattr(writer_process, "_unpacked", lambda _exchange: IN_ENGLISH)
    monkeypatch.setattr(writer_process, "begun", lambda _exchange: HttpAnswer(204))
    server, peer = socket.socketpair()
    writer = Writer()
    writer.admit(peer)
    server.sendall(frame(7, "a-request", "an exchange"))
    server.shutdown(socket.SHUT_WR)
    writer.run()
    frames = Frames()
    frames.feed(server.recv(4_096))
    server.close()
    assert [frames.next()[0] for _said in range(3)] == [HELLO, BUSY, 7]


@given(st.lists(st.tuples(st.integers(0, 2**40), st.binary(max_size=300))), st.data())
def test_however_the_socket_cuts_them_frames_come_out_whole(
    said: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    sent = b"".join(frame(*one) for one in said)
    frames, got = Frames(), []
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        frames.feed(sent[:size])
        sent = sent[size:]
        while (one := frames.next()) is not None:
            got.append(one)
    assert got == said
