"""What operators and lost visitors get: health, readiness, numbers, errors without details."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from channels.layers import channel_layers
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from config.background import SILENT_AFTER, BackgroundWorker
from config.models import WorkerHeartbeat
from config.readiness import CHECKS, DEADLINE, readiness
from config.supervision import SupervisedWorker
from files.storage import set_up_storage
from tests.client import Api, Browser

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

PARTS = ("database", "cache", "storage", "layer", "migrations", "realtime", "worker", "consumers")
OK = dict.fromkeys(PARTS, "ok")
BROKEN = "unavailable: ConnectionError"


def fails(*_arguments: object, **_named: object) -> None:
    raise ConnectionError("secret")


AWAY = SimpleNamespace(cursor=fails, in_atomic_block=True, vendor="", display_name="")


@pytest.fixture
def everything(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every part there."""
    set_up_storage()
    BackgroundWorker("alive").beat()
    # On a busy machine a command takes longer than anybody waits for it in production.
    monkeypatch.setattr("server.shared_layer.ANSWER_SECONDS", 60)
    monkeypatch.delitem(channel_layers.backends, "default", raising=False)
    # It says so once, which is enough for as long as a test may take.
    monkeypatch.setattr("config.readiness.SILENT_AFTER", timedelta(minutes=5))


def ready() -> tuple[int, str, dict[str, str]]:
    response = Browser().get("/readyz")
    answer = response.json()
    return response.status_code, answer["status"], answer["parts"]


def test_an_operator_can_see_that_the_process_answers() -> None:
    response = Browser().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_an_operator_can_see_that_every_part_is_ready(everything: None) -> None:
    assert ready() == (200, "ok", OK)


@pytest.mark.parametrize(
    ("part", "status", "state"),
    [
        ("database", 503, "unavailable"),
        ("migrations", 503, "unavailable"),
        ("storage", 503, "unavailable"),
        ("cache", 200, "degraded"),
        ("layer", 200, "degraded"),
        ("worker", 200, "degraded"),
    ],
)
def test_an_operator_is_told_which_part_is_broken(
    everything: None, monkeypatch: pytest.MonkeyPatch, part: str, status: int, state: str
) -> None:
    monkeypatch.setattr(readiness, "checks", {**CHECKS, part: fails})
    assert ready() == (status, state, OK | {part: BROKEN})


def test_a_process_is_ready_by_what_its_role_needs(
    everything: None, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(readiness, "checks", {**CHECKS, "storage": fails})
    settings.ROLE = "realtime"
    assert ready() == (200, "degraded", OK | {"storage": BROKEN})


@pytest.mark.parametrize(
    ("name", "replacement", "part"),
    [
        ("connection", AWAY, "database"),
        ("get_channel_layer", fails, "layer"),
        ("waiting_migrations", fails, "migrations"),
    ],
)
def test_each_part_is_asked_itself(
    everything: None, monkeypatch: pytest.MonkeyPatch, name: str, replacement: object, part: str
) -> None:
    monkeypatch.setattr(f"config.readiness.{name}", replacement)
    assert ready()[2][part] in (BROKEN, "unavailable: AttributeError")


def test_a_part_that_hangs_is_told_of_while_the_others_answer(
    everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = Event()
    calls = []

    def hangs() -> bool:
        calls.append(1)
        return released.wait(60)

    assert DEADLINE < 2
    monkeypatch.setattr("config.readiness.DEADLINE", 4)
    monkeypatch.setattr(readiness, "checks", {**CHECKS, "cache": hangs})
    try:
        for _probe in range(2):
            told = OK | {"cache": "unavailable: no answer in 4 s"}
            assert ready() == (200, "degraded", told)
    finally:
        released.set()
    assert len(calls) == 1, "probes must not pile up behind what hangs"
    readiness.running["cache"].result()
    assert ready()[2]["cache"] == "ok"


def test_an_operator_is_told_of_a_missing_storage(
    everything: None, settings: Settings, tmp_path: Path
) -> None:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = {"OPTIONS": {"location": str(tmp_path / "gone")}}
    settings.STORAGES = settings.STORAGES | {"default": storage | options}
    assert ready() == (503, "unavailable", OK | {"storage": "unavailable"})


def test_an_operator_is_told_of_a_full_disk(
    everything: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": storage | options}
    assert ready() == (200, "ok", OK)
    monkeypatch.setattr("files.storage.LEAST_FREE_BYTES", 1 << 62)
    assert ready() == (503, "unavailable", OK | {"storage": "unavailable"})


def test_an_operator_is_told_of_a_migration_that_has_not_run(
    everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = set(MigrationLoader(None).graph.leaf_nodes("config"))
    applied = MigrationRecorder.applied_migrations
    monkeypatch.setattr(
        MigrationRecorder,
        "applied_migrations",
        lambda recorder: {key: row for key, row in applied(recorder).items() if key not in behind},
    )
    assert ready() == (503, "unavailable", OK | {"migrations": "unavailable"})


def test_an_operator_is_told_within_three_seconds_of_a_worker_that_is_away(
    everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=3) == SILENT_AFTER
    monkeypatch.setattr("config.readiness.SILENT_AFTER", SILENT_AFTER)
    WorkerHeartbeat.objects.update(seen_at=timezone.now() - SILENT_AFTER)
    told = OK | {"worker": "unavailable: none was seen for 3 s"}
    assert ready() == (200, "degraded", told)
    metrics = Browser().get("/metrics").content.decode()
    assert 'holobase_part_up{part="worker"} 0.0' in metrics
    assert 'holobase_part_up{part="database"} 1.0' in metrics


def test_a_worker_beside_the_server_may_be_busy_for_a_while_but_not_dead(
    everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.readiness.SILENT_AFTER", SILENT_AFTER)
    WorkerHeartbeat.objects.update(seen_at=timezone.now() - SILENT_AFTER)
    worker = SupervisedWorker()
    monkeypatch.setattr("config.supervision.supervised", {worker})
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        worker.process = process
        assert ready()[2]["worker"] == "ok"
        process.kill()
        process.wait()
    assert ready()[2]["worker"] == "unavailable: none was seen for 3 s"
    os.close(worker.ours)
    os.close(worker.theirs)


def test_an_operator_can_draw_curves_of_the_requests(db: None) -> None:
    Api().get("cards")
    metrics = Browser().get("/metrics").content.decode()
    assert "django_http_requests_total_by_method_total" in metrics
    assert "django_http_responses_total_by_status_total" in metrics


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_without_a_token_this_machine_can_read_the_numbers(db: None, address: str) -> None:
    assert Browser().get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["198.51.100.7", "10.0.0.8", "fe80::1", "2001:db8::1", "", "x"])
def test_without_a_token_other_machines_cannot_read_the_numbers(db: None, address: str) -> None:
    response = Browser().get("/metrics", REMOTE_ADDR=address)
    assert (response.status_code, response.json()["code"]) == (403, "not_permitted")
    assert "METRICS_TOKEN" in response.json()["detail"]


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"]
)
def test_a_proxy_on_this_machine_cannot_give_the_numbers_away(db: None, header: str) -> None:
    assert Browser().get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_with_a_token_whoever_has_it_can_read_the_numbers(db: None, settings: Settings) -> None:
    settings.METRICS_TOKEN = "c0ffee-and-many-more-letters"
    for given, status in (
        ({}, 401),
        ({"Authorization": "Bearer c0ffee"}, 401),
        ({"Authorization": "Bearer é"}, 401),
        ({"Authorization": "c0ffee-and-many-more-letters"}, 401),
        ({"Authorization": "Bearer c0ffee-and-many-more-letters"}, 200),
    ):
        for address in ("127.0.0.1", "198.51.100.7"):
            response = Browser().get("/metrics", REMOTE_ADDR=address, headers=given)
            assert response.status_code == status
            assert (response.get("WWW-Authenticate") == "Bearer") is (status == 401)


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/api/v1/cards/", "/api/v2/cards"])
def test_a_visitor_of_an_unknown_address_gets_a_problem_document(path: str) -> None:
    for response in (Browser().get(path), Browser().post(path)):
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_bug_is_answered_without_details(
    db: None, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr("resources.http.views.answer_of", fails)
    response: Any = getattr(Api(), method)("cards")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["request_id"] == response["X-Request-ID"]
    for detail in ("secret", "ConnectionError", "Traceback", "<html"):
        assert detail not in response.content.decode()
