#!/bin/sh
# granian 2.8.7: with `http.response.pathsend` a download can't be awaited or watched.
#
# `send` returns before the client has taken a byte, and `receive` says `http.disconnect` at once, though
# the client is there and gets the whole file. So an application can't count a download as under way, nor
# tell who went away. The ASGI specification says of that event: "Sent to the application if receive is
# called after a response has been sent or after the HTTP connection has been closed"; here neither is so.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet granian==2.8.7

cat > "$folder/app.py" <<'END'
import os
import time

FILE = os.path.join(os.path.dirname(__file__), "file")
SIZE = 50_000_000
seen = []


async def app(scope, receive, send):
    if scope["path"] == "/seen":
        body = repr(seen).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
        return
    await receive()
    headers = [(b"content-length", str(SIZE).encode()), (b"etag", b'"x"')]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    began = time.monotonic()
    await send({"type": "http.response.pathsend", "path": FILE})
    event = (await receive())["type"]
    seen.append((event, time.monotonic() - began < 1))
END

cat > "$folder/seen.py" <<'END'
import socket
import subprocess
import sys
import time

from app import FILE, SIZE

with open(FILE, "wb") as file:
    file.truncate(SIZE)


def connected(port):
    for _again in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except OSError:
            time.sleep(0.1)


def asked(port, path, wait=0.0):
    """Ask for a path, wait, and return the head of the answer and the length of its body."""
    line = connected(port)
    line.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path)
    time.sleep(wait)
    answer = b""
    while piece := line.recv(1_000_000):
        answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
command = [sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(port)]
command += ["--http", "1", "app:app"]
server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    head, body = asked(port, b"/file", wait=3)
    whole = len(body) == SIZE and head.startswith(b"HTTP/1.1 200")
    events = asked(port, b"/seen")[1].decode()
finally:
    server.terminate()
    server.wait()
print("granian 2.8.7: whole file after a pause:", whole, "| told to the application:", events)
assert whole
assert events == "[('http.disconnect', True)]", "granian behaves otherwise now"
END

cd "$folder" && "$folder/venv/bin/python" seen.py
