#!/bin/sh
# granian 2.8.7: `header_read_timeout` does not end a connection that sends nothing, unless HTTP/2 is
# turned off, and the port in an ASGI scope's `client` is text.
#
# With the default `http="auto"` the server waits for the first bytes to tell HTTP/1.1 from HTTP/2, and
# no timeout runs in that time; with `http="1"` it does. The ASGI specification (HTTP and WebSocket
# connection scopes) says of `client`: "a two-item iterable of [host, port], where host is a unicode
# string, and port is an integer".
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet granian==2.8.7

cat > "$folder/app.py" <<'END'
async def app(scope, receive, send):
    if scope["type"] == "http":
        body = type(scope["client"][1]).__name__.encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
END

cat > "$folder/seen.py" <<'END'
import socket
import subprocess
import sys
import time


def seen(mode):
    """Return the type of the port, and whether a silent connection is ended within five seconds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(port)]
    command += ["--http", mode, "--http1-header-read-timeout", "1000", "app:app"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _again in range(200):
            try:
                asking = socket.create_connection(("127.0.0.1", port), timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := asking.recv(4096):
            answer += piece
        silent = socket.create_connection(("127.0.0.1", port), timeout=5)
        try:
            is_ended = silent.recv(1) == b""
        except TimeoutError:
            is_ended = False
        return answer.rpartition(b"\r\n")[2].decode(), is_ended
    finally:
        server.terminate()
        server.wait()


found = {mode: seen(mode) for mode in ("auto", "1")}
print("granian 2.8.7, type of the port and whether a silent connection ends:", found)
assert found == {"auto": ("str", False), "1": ("str", True)}, "granian behaves otherwise now"
END

cd "$folder" && "$folder/venv/bin/python" seen.py
