"""The log: one JSON line for each request, found again by its id."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from resources import context
from server.logs import GatheredLines, JsonLines
from tests.client import Api, Browser
from tests.config.test_fast_path_and_django import ask
from tests.config.test_serve import ROOT
from tests.users.test_admin_cookie import SECRET
from users.models import User
from users.services.accounts import change_password

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.json_text import JsonObject
    from tests.personas import Persona

FIELDS = {"timestamp", "level", "service", "message", "user_id", "ip_address", "request_id"}
TIMES = {"timestamp", "duration_ms"}


class Log(logging.StreamHandler[StringIO]):
    """Keeps what would be written to standard output."""

    def __init__(self) -> None:
        super().__init__(StringIO())
        self.setFormatter(JsonLines())

    def lines(self) -> list[JsonObject]:
        """Parse every line."""
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    logging.getLogger().addHandler(log)
    yield log
    logging.getLogger().removeHandler(log)


def test_whatever_form_a_log_has_its_times_are_those_of_the_request(log: Log) -> None:
    log.setFormatter(logging.Formatter("%(created)f %(msecs)d %(relativeCreated)f"))
    Api().get("cards", limit="1")
    logging.getLogger("holobase.request").info("just after")
    asked, after = (list(map(float, line.split())) for line in log.stream.getvalue().splitlines())
    assert asked[1] == pytest.approx(asked[0] % 1 * 1000, abs=1.01)
    assert asked[2] - asked[0] * 1000 == pytest.approx(after[2] - after[0] * 1000, abs=1)


def test_a_request_leaves_one_line_that_says_who_asked_what(log: Log, alice: Persona) -> None:
    started = datetime.now(UTC)
    response = alice.api.client.get("/api/v1/cards?limit=1", REMOTE_ADDR="198.51.100.7")
    [line] = log.lines()
    assert set(line) >= FIELDS
    assert started <= datetime.fromisoformat(line["timestamp"]) <= datetime.now(UTC)
    assert (line["level"], line["service"]) == ("INFO", "holobase")
    assert line["message"] == "GET /api/v1/cards"
    assert (line["user_id"], line["ip_address"]) == (alice.id, "198.51.100.7")
    assert line["request_id"] == response["X-Request-ID"]
    assert (line["status"], line["duration_ms"] >= 0) == (200, True)


def test_a_strangers_line_names_nobody(log: Log, anonymous: Persona, db: None) -> None:
    anonymous.api.get("cards")
    anonymous.api.client.get("/nothing")
    assert [line["user_id"] for line in log.lines()] == ["", ""]


def test_every_line_of_a_moderators_request_names_them(
    log: Log, moderator: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_password(User.objects.get(pk=moderator.id), SECRET)
    browser = Browser(raise_request_exception=False)
    browser.post("/admin/login/?next=/admin/", {"username": "moderator", "password": SECRET})
    browser.get("/admin/")
    browser.get("/admin/nothing")
    monkeypatch.setattr("django.contrib.admin.sites.AdminSite.each_context", failing)
    browser.get("/admin/")
    monkeypatch.undo()
    browser.post("/admin/logout/")
    browser.get("/admin/")
    lines = log.lines()
    assert "inside" in [line["message"] for line in lines]
    by_moderator, anonymous = lines[:-1], lines[-1]
    assert {line["user_id"] for line in by_moderator} == {moderator.id}
    assert anonymous["user_id"] == ""


def failing(*_arguments: object, **_named: object) -> None:
    logging.getLogger("holobase.admin").error("inside")
    raise RuntimeError


def test_secrets_never_reach_the_log(log: Log, anonymous: Persona, db: None) -> None:
    secret = {"identity": "dana", "password": "a correct horse 9"}
    anonymous.api.post("auth/token", secret)
    anonymous.api.client.get("/api/v1/cards", headers={"Authorization": "Bearer a.correct.horse"})
    assert "correct" not in log.stream.getvalue()


@pytest.mark.parametrize("given", ["given-1", "A.b_c-9", "x" * 64])
def test_a_proxy_can_give_a_request_its_id(db: None, anonymous: Persona, given: str) -> None:
    response = anonymous.api.client.get("/nothing", headers={"X-Request-ID": given})
    assert response["X-Request-ID"] == response.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "<script>", 'a"b'])
def test_an_odd_id_is_replaced(db: None, anonymous: Persona, given: str) -> None:
    response = anonymous.api.client.get("/nothing", headers={"X-Request-ID": given})
    assert len(response["X-Request-ID"]) == 32
    assert response["X-Request-ID"] == response.json()["request_id"]


def test_a_bug_is_logged_with_its_traceback_under_the_requests_id(
    log: Log, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashes(*_arguments: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr("resources.http.reads.page_of", crashes)
    answer = ask("GET", "/api/v1/cards")
    told = [line for line in log.lines() if line["level"] == "ERROR"]
    assert [line["request_id"] for line in told] == [answer.headers["x-request-id"]]
    assert "in crashes" in told[0]["exception"]
    assert told[0]["exception"].endswith("RuntimeError: bug")


def test_a_crash_is_one_line_under_the_requests_id(log: Log) -> None:
    request = context.begin("")
    error = RuntimeError("first\nsecond")
    logging.getLogger("holobase.crash").error("crashed", exc_info=error)
    [line] = log.lines()
    assert set(line) >= FIELDS
    assert (line["level"], line["message"]) == ("ERROR", "crashed")
    assert line["request_id"] == request.request_id
    assert "RuntimeError: first\nsecond" in line["exception"]


def test_a_line_says_the_same_whether_anybody_else_listens_or_not(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[list[object]] = []
    for others in ([], [logging.NullHandler()]):
        told = StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(logging.getLogger(), "handlers", [gathered(told), *others])
            ask("GET", "/api/v1/cards/%22%5C%C3%A9%0A", headers={"X-Request-ID": "given"})
            logging.getLogger().handlers[0].flush()
        parsed = [json.loads(line) for line in told.getvalue().splitlines()]
        [line] = [line for line in parsed if "path" in line]
        assert line["path"] == '/api/v1/cards/"\\\u00e9\n'
        written.append([(name, value) for name, value in line.items() if name not in TIMES])
    assert written[0] == written[1]
    assert ("request_id", "given") in written[0]


def test_who_filters_lines_is_asked_about_each(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    told = StringIO()
    lines = gathered(told)
    lines.addFilter(lambda _record: False)
    monkeypatch.setattr(logging.getLogger(), "handlers", [lines])
    ask("GET", "/api/v1/cards")
    lines.flush()
    assert told.getvalue() == ""


def gathered(stream: StringIO) -> GatheredLines:
    """Return a handler as the server's own, which writes elsewhere."""
    lines = GatheredLines(stream)
    lines.setFormatter(JsonLines())
    return lines


FORKING = """
import logging, os, sys
from server.logs import GatheredLines
handler = GatheredLines(sys.stdout)
handler.setFormatter(logging.Formatter("%(message)s"))
handler.emit(logging.makeLogRecord({"msg": "before"}))
handler.turn.acquire()  # as the thread that writes might have it at this moment
process = os.fork()
if not process:
    handler.emit(logging.makeLogRecord({"msg": "in between"}))
    handler.flush()
    os._exit(0)
os.waitpid(process, 0)
handler.turn.release()
handler.flush()
"""


def test_a_forked_process_writes_its_own_lines_alone() -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORKING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n") == ["in between", "before", ""]
