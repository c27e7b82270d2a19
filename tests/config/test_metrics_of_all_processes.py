"""One address has the numbers of all processes, in as many series as there are parts."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from community.tasks.polls import close_poll
from resources.models import ConsumerPosition
from server import process_metrics
from server.process_metrics import gathered, merged, share, shared
from tests.architecture.sources import ROOT
from tests.client import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.personas import Persona

PROCESS = re.compile(r'process="([^"]+)"')


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a folder for sockets, whose paths must be short, and share this process's metrics."""
    monkeypatch.setattr(shared, "folder", None)
    monkeypatch.setattr(shared, "name", "server")
    with TemporaryDirectory(prefix="holo") as given:
        share(Path(given), "server")
        yield Path(given)


SHARING = """
import sys
from pathlib import Path
from server import process_metrics
process_metrics.share(Path(sys.argv[1]), "worker")
print(process_metrics.shared.name, flush=True)
input()
"""


class Sharing:
    """Another process that shares its metrics."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", SHARING, str(folder)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.name = self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def processes() -> set[str]:
    return set(PROCESS.findall(gathered()))


@pytest.mark.enable_socket
def test_whoever_is_asked_tells_of_all_and_the_dead_are_gone(folder: Path) -> None:
    assert processes() == {"server"}
    workers = [Sharing(folder), Sharing(folder)]
    assert [worker.name for worker in workers] == ["worker", "worker-2"]
    assert processes() == {"server", "worker", "worker-2"}
    families = {each.name for each in text_string_to_metric_families(gathered())}
    assert "python_info" in families
    workers[0].kill()
    assert processes() == {"server", "worker-2"}
    again = Sharing(folder)
    assert again.name == "worker", "a process that is started again has the name of the one before"
    assert processes() == {"server", "worker", "worker-2"}
    again.kill()
    workers[1].kill()
    assert processes() == {"server"}


@pytest.mark.enable_socket
def test_a_process_that_stands_still_holds_nobody_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_metrics, "ANSWER_SECONDS", 0.05)
    with closing(socket.socket(socket.AF_UNIX)) as hung:
        hung.bind(str(folder / "worker.sock"))
        hung.listen()
        assert processes() == {"server"}


def test_a_family_is_described_once_and_its_samples_are_apart() -> None:
    text = (
        "# HELP x Of it\n# TYPE x gauge\nx 1.0\n"
        "# HELP y_total Of it\n# TYPE y_total counter\n"
        'y_total{path="a b{c"} 2.0\n'
    )
    assert merged({"a": text, "b": text}) == (
        '# HELP x Of it\n# TYPE x gauge\nx{process="a"} 1.0\nx{process="b"} 1.0\n'
        "# HELP y_total Of it\n# TYPE y_total counter\n"
        'y_total{process="a",path="a b{c"} 2.0\ny_total{process="b",path="a b{c"} 2.0\n'
    )


def test_series_are_bounded_whatever_is_asked(db: None) -> None:
    client = Browser(raise_request_exception=False)

    def series() -> set[str]:
        lines = client.get("/metrics").content.decode().splitlines()
        return {line.rpartition(" ")[0] for line in lines if not line.startswith("#")}

    def ask(number: int) -> None:
        client.generic(f"M{number}", f"/api/v1/things-{number}/{number}")
        client.get(f"/api/v1/cards/{number}?filter=x{number}&sort={number}")
        client.get(f"/{number}/{number}", headers={"Accept": f"x/{number}", "Host": f"h{number}"})

    ask(0)
    series()  # looking makes some, too
    before = series()
    for number in range(1, 120):
        ask(number)
    assert series() == before


def test_the_site_is_told_of_beside_its_processes(alice: Persona) -> None:
    ConsumerPosition.objects.update_or_create(name="notifications", defaults={"position": 0})
    alice.creates("posts", text="Hello")
    alice.api.get("posts")
    close_poll.using(run_after=timezone.now() + timedelta(days=1)).enqueue("x")
    metrics = Browser().get("/metrics").content.decode()
    for name in (
        "holobase_disk_free_bytes ",
        "holobase_event_log_bytes ",
        "holobase_event_log_rows ",
        'holobase_webhooks{state="failing"} 0.0',
        'holobase_jobs{name="close_poll",state="waiting"} 1.0',
        'holobase_jobs_late_seconds{queue="default"} 0.0',
        'holobase_log_consumer_wait_seconds{consumer="notifications"} ',
        'holobase_response_cache_lookups_total{process="server",result="miss"} ',
        'holobase_part_up{part="database"} 1.0',
        'django_http_responses_total_by_status_total{process="server",status="200"} ',
    ):
        assert f"\n{name}" in metrics
