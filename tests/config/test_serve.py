"""The product as a newcomer meets it: one command, a real process, real requests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx
import pytest
from django.core.management import call_command
from PIL import Image
from websockets.sync.client import connect

from cards.models import Card
from community.models import ModerationCase
from community.selectors.metrics import daily_figures
from community.selectors.queue import waiting_cases
from files.storage import set_up_storage
from resources.models import Change
from tests.mailed import mailed_code
from tests.migrated import EMBEDDED
from tests.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the server writes everything to."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Run `serve` on embedded backends in an empty folder; returns host and port."""
    (port,) = free_ports(1)
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--data", str(folder)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **EMBEDDED}, stdout=log, umask=0
        )
        until = monotonic() + 120
        with httpx.Client() as client:
            while True:
                try:
                    client.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.TransportError:
                    assert monotonic() < until, (folder / "log").read_text()
                    sleep(0.1)
        yield f"127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def api(address: str, folder: Path) -> Iterator[httpx.Client]:
    """Open an account by the code in the mail and return a client that is signed in."""
    profile = {"email": "me@example.com", "username": "newcomer", "password": "a long secret 9"}
    with httpx.Client(base_url=f"http://{address}/api/v1/", timeout=20) as client:
        asked = client.post("auth/register", json=profile)
        proof = {"proof": asked.json()["proof"], "code": mailed_code(folder / "mail")}
        token = client.post("auth/verify-email/confirm", json=proof).json()["access"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_a_newcomer_can_go_from_nothing_to_a_card_in_a_post(
    api: httpx.Client, address: str, folder: Path
) -> None:
    picture = BytesIO()
    Image.new("RGB", (60, 84), (90, 20, 160)).save(picture, "PNG")
    form = {"title": "Ember Dragon", "rarity": "epic", "effects": '{"preset": "holo"}'}
    sent = api.post("cards", data=form | {"status": "published"}, files={"front": picture})
    assert sent.status_code == 201, sent.text
    card = sent.json()
    shown = httpx.get(f"http://{address}{card['front']['url']}")
    assert shown.headers["content-type"] == "image/png"
    found = api.get("cards", params={"filter": 'rarity="epic" && title~"dragon"'}).json()
    assert [record["id"] for record in found["results"]] == [card["id"]]
    binder = api.post("collections", json={"title": "Binder"}).json()
    item = {"collection": binder["id"], "card": card["id"]}
    assert api.post("collection-items", json=item).status_code == 201
    post = api.post("posts", json={"text": "Tilt it.", "card": card["id"]}).json()
    seen = api.get(f"posts/{post['id']}", params={"expand": "card.creator"}).json()
    assert seen["expand"]["card"]["expand"]["creator"]["username"] == "newcomer"
    with connect(f"ws://{address}/ws/v1") as live:
        live.send('{"type": "ping"}')
        assert '"pong"' in str(live.recv())
    assert httpx.get(f"http://{address}/admin/login/").status_code == 200
    log = (folder / "log").read_text()
    assert "First admin: admin" in log
    assert (folder / "holobase.db").exists()


def test_a_picture_is_read_beside_the_server(api: httpx.Client) -> None:
    picture = BytesIO()
    Image.new("RGB", (60, 84), (90, 20, 160)).save(picture, "PNG")
    card = api.post("cards", data={"title": "x"}, files={"front": picture}).json()
    assert (card["front"]["width"], len(card["front"]["blurhash"]) > 6) == (60, True)


def test_mails_lead_to_the_port_that_is_served_on(
    api: httpx.Client, address: str, folder: Path
) -> None:
    port = address.rpartition(":")[2]
    [letter] = (folder / "mail").glob("*.log")
    assert f"http://localhost:{port}/account/verify" in letter.read_text()


def test_nobody_else_on_the_machine_can_open_what_is_written(
    api: httpx.Client, folder: Path
) -> None:
    picture = BytesIO()
    Image.new("RGB", (60, 84), (90, 20, 160)).save(picture, "PNG")
    assert api.post("cards", data={"title": "x"}, files={"front": picture}).status_code == 201
    written = [path for path in folder.rglob("*") if path.name != "log"]
    names = {path.name for path in written}
    assert {"holobase.db", "holobase.db-wal", "holobase.db-shm", "secret_key"} <= names
    assert {"mail", "files", "secrets"} <= names
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_second_server_at_the_same_place_does_not_start(address: str, folder: Path) -> None:
    port = address.rpartition(":")[2]
    command = [sys.executable, "manage.py", "serve", "--port", port, "--data", str(folder)]
    env = {**os.environ, **EMBEDDED}
    second = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr == f"CommandError: Can't listen at {address}: Address already in use\n"


def test_a_second_server_on_the_same_folder_does_not_start(address: str, folder: Path) -> None:
    del address  # it is served there
    (port,) = free_ports(1)
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--data", str(folder)]
    env = {**os.environ, **EMBEDDED}
    second = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr == (
        f"CommandError: Another server uses the folder {folder} (api): stop it, or give this one"
        " a folder of its own by --data.\n"
    )


@pytest.mark.django_db
def test_a_demo_community_can_be_loaded_once() -> None:
    set_up_storage()
    shown = StringIO()
    call_command("load_demo", "--cards", "24", stdout=shown)
    assert Card.objects.filter(creator__username="mina", title="불꽃 용").exists()
    assert Card.objects.count() > 24, "those of the story, and the others"
    waiting = waiting_cases(ModerationCase.objects.all())
    assert {case.kind for case in waiting} == {"report", "held", "duplicate_art", "appeal"}
    month = daily_figures()
    assert all(day.active and day.session_seconds for day in month), "the charts show something"
    assert sum(day.cards for day in month) > sum(day.published for day in month) > 0
    assert any(day.rating for day in month)
    changes = Change.objects.count()
    call_command("load_demo", stdout=shown)
    assert Change.objects.count() == changes
