"""Many clients ask two server processes for one new variant: it is rendered once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

import httpx
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image
from prometheus_client.core import REGISTRY

from cards.models import Card
from files.models import Variant
from files.transforms.variants import try_to_make
from resources import changes
from resources.actors import SYSTEM
from server import variant_lane
from tests.files.drawings import drawn
from tests.files.served import served, stored
from tests.other_process import ROOT
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from files.models import File
    from files.pictures.picture import Rendering

CLIENTS = 64
OTHER_SERVER = """
import sys, django
said, sys.stdout = sys.stdout, sys.stderr  # for us alone, without what is logged
from config import env
env.select_settings()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
if sys.argv[2]:
    settings.STORAGES["default"]["OPTIONS"]["location"] = sys.argv[2]
django.setup()
from prometheus_client.core import REGISTRY
from tests.files.served import served
with served() as address:
    print(address, flush=True, file=said)
    sys.stdin.read()
    made = REGISTRY.get_sample_value("holobase_variants_made_total")
    print(int(made or 0), flush=True, file=said)
"""


@pytest.fixture
def file(transactional_db: None) -> File:
    picture = Image.effect_noise((600, 800), 60).convert("RGB")
    alice = new_member("alice").user
    file = stored(drawn("PNG", picture), alice)
    file.width, file.height = picture.size
    file.save()
    changes.create(Card, by=SYSTEM, creator=alice, title="x", status="published", front=file)
    return file


def made_here() -> int:
    """Return how many variants this process has rendered so far."""
    return int(REGISTRY.get_sample_value("holobase_variants_made_total") or 0)


@contextmanager
def other_server() -> Iterator[subprocess.Popen[str]]:
    """Run a server in a process of its own on this test's database and storage."""
    folder = getattr(default_storage, "location", "")
    command = [sys.executable, "-c", OTHER_SERVER, str(connection.settings_dict["NAME"]), folder]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process


def word(process: subprocess.Popen[str]) -> str:
    """Read the next line of another process, which logs elsewhere."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def fetched(addresses: list[str], file: File) -> list[httpx.Response]:
    """Ask for a variant by as many clients at once, in turn at each address."""
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        asked = [
            client.get(f"http://{addresses[number % len(addresses)]}/files/{file.key}?w=440")
            for number in range(CLIENTS)
        ]
        return await asyncio.gather(*asked)


def test_a_variant_that_many_ask_for_at_two_servers_is_rendered_once(file: File) -> None:
    before = made_here()
    with served() as here, other_server() as there:
        answers = asyncio.run(fetched([here, word(there)], file))
        made_there, _nothing = there.communicate("")
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert made_here() - before + int(made_there) == 1
    assert Variant.objects.get().size == len(answers[0].content)


def test_who_waits_for_a_variant_holds_no_thread(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = Event()

    def held_up(file: File, rendering: Rendering) -> Variant | None:
        may_go_on.wait()
        return try_to_make(file, rendering)

    async def beside(here: str) -> list[httpx.Response]:
        sizes = settings.PICTURE_SIZES[: 2 * settings.REQUEST_THREADS]
        limits = httpx.Limits(max_connections=2 * len(sizes))
        async with httpx.AsyncClient(
            base_url=f"http://{here}", limits=limits, timeout=60
        ) as client:
            variants = [
                asyncio.create_task(client.get(f"/files/{file.key}?w={size}")) for size in sizes
            ]
            original = await client.get(f"/files/{file.key}")
            assert not any(one.done() for one in variants)
            may_go_on.set()
            return [original, *await asyncio.gather(*variants)]

    monkeypatch.setattr(variant_lane, "try_to_make", held_up)
    with served() as here:
        answers = asyncio.run(beside(here))
    assert {answer.status_code for answer in answers} == {200}


def test_too_many_new_variants_are_refused_for_a_while(
    file: File, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VARIANTS_WAITING, settings.VARIANT_PROCESSES = 0, 1
    is_begun, may_go_on = Event(), Event()

    def held_up(file: File, rendering: Rendering) -> Variant | None:
        is_begun.set()
        may_go_on.wait()
        return try_to_make(file, rendering)

    async def one_after_another(here: str) -> tuple[httpx.Response, httpx.Response]:
        async with httpx.AsyncClient(base_url=f"http://{here}", timeout=60) as client:
            first = asyncio.create_task(client.get(f"/files/{file.key}?w=100"))
            await asyncio.to_thread(is_begun.wait)
            refused = await client.get(f"/files/{file.key}?w=200")
            may_go_on.set()
            return await first, refused

    monkeypatch.setattr(variant_lane, "try_to_make", held_up)
    with served() as here:
        first, refused = asyncio.run(one_after_another(here))
    assert (first.status_code, refused.status_code) == (200, 503)
    assert (refused.json()["code"], refused.headers["Retry-After"]) == ("busy", "5")
