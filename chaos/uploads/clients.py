"""Clients of others', unmodified, and what stands in for a browser that puts presigned parts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import httpx

from tests import node

if TYPE_CHECKING:
    from resources.json_text import JsonObject

HERE = Path(__file__).resolve().parent
TUS_JS = "tus-js-client@4.3.1"
FIELD = "posts.attachment"
CHUNK_BYTES = 16 * 1024 * 1024
PATIENCE = 300
PATH = "/api/v1/uploads"
TUSPY = """
import sys
from tusclient.client import TusClient
path, endpoint, token, chunk = sys.argv[1:]
client = TusClient(endpoint, headers={"Authorization": f"Bearer {token}"})
metadata = {"filename": "rules.pdf", "filetype": "application/pdf", "field": "posts.attachment"}
uploader = client.uploader(
    path, chunk_size=int(chunk), retries=300, retry_delay=0.5, metadata=metadata
)
uploader.upload()
print(uploader.url)
"""


def by_tuspy(path: Path, address: str, token: str, chunk: int = CHUNK_BYTES) -> str:
    """Upload a file by tuspy; return the id of the upload."""
    command = [sys.executable, "-c", TUSPY, str(path), f"{address}{PATH}", token, str(chunk)]
    return _id(command, HERE)


def by_tus_js(path: Path, address: str, token: str) -> str:
    """Upload a file by tus-js-client, in one request as long as nothing happens."""
    return _by_node(path, address, token)


def by_tus_js_deferred(path: Path, address: str, token: str) -> str:
    """Upload a stream whose length nobody knows before its end."""
    return _by_node(path, address, token, "deferred")


def by_parts(path: Path, address: str, token: str) -> str:
    """Put presigned parts, each again until the bucket has it, and complete the upload."""
    headers = {"Authorization": f"Bearer {token}"}
    described = {"size": path.stat().st_size, "field": FIELD, "type": "application/pdf"}
    begun = _until_answered(address, "/multipart", headers, described)
    with path.open("rb") as file:
        for part in begun["parts"]:
            _put(part["url"], file.read(part["size"]))
    place = f"/{begun['id']}/complete"
    done = _until_answered(address, place, headers, {})
    again = _until_answered(address, place, headers, {})
    assert done == again
    return str(done["id"])


CLIENTS = {
    "tuspy": by_tuspy,
    "tus-js-client": by_tus_js,
    "tus-js-client, length deferred": by_tus_js_deferred,
    "presigned parts": by_parts,
}


def install_tus_js(folder: Path) -> None:
    """Install tus-js-client beside our script."""
    shutil.copy(HERE / "upload.mjs", folder)
    install = [*node.NPM, "install", "--no-audit", "--no-fund", "--silent", TUS_JS]
    subprocess.run(install, cwd=folder, check=True, env=node.ENVIRONMENT)


node_folder = Path()


def _by_node(path: Path, address: str, token: str, *more: str) -> str:
    return _id(
        [node.NODE, "upload.mjs", str(path), f"{address}{PATH}", token, *more],
        node_folder,
    )


def _id(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    return done.stdout.split()[-1].rpartition("/")[2]


def _put(url: str, content: bytes) -> None:
    for _attempt in range(PATIENCE):
        try:
            if httpx.put(url, content=content, timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            pass
        sleep(0.5)
    raise TimeoutError(url)


def _until_answered(
    address: str, place: str, headers: dict[str, str], body: dict[str, object]
) -> JsonObject:
    for _attempt in range(PATIENCE):
        try:
            answer = httpx.post(f"{address}{PATH}{place}", json=body, headers=headers, timeout=300)
        except httpx.TransportError:
            sleep(0.5)
            continue
        if answer.status_code >= 500:
            sleep(0.5)
            continue
        answer.raise_for_status()
        answered: JsonObject = answer.json()
        return answered
    raise TimeoutError(place)
