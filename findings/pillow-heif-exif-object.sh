#!/bin/sh
# pillow-heif 1.8.1 with Pillow 13.0.0: a photo that EXIF says to turn is saved as HEIC upright or
# sideways, according to the type of the `exif` argument.
#
# HEIF turns by a property of its own (`irot`, ISO/IEC 23008-12, 6.5.10) and viewers leave EXIF's
# Orientation alone. When nothing or bytes are given, pillow-heif translates the one into the other;
# an `Image.Exif`, as `getexif()` returns it (to take the place out, say) and as Pillow's own writers
# take it, is written without: `irot` is missing, and all viewers show the picture lying on its side.
# `exif=b""`, by which Pillow's writers leave EXIF out, raises ValueError. What helps:
# `exif=exif.tobytes()`, or to turn the pixels by `ImageOps.exif_transpose`.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow==13.0.0 pillow-heif==1.8.1

cat > "$folder/seen.py" <<'END'
from io import BytesIO

import pillow_heif
from PIL import Image

ORIENTATION, GPS = 0x0112, 0x8825
pillow_heif.register_heif_opener()


def photo():
    """Return a JPEG of 64 x 32 pixels that has to be turned by a quarter, as phones write them."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    content = BytesIO()
    Image.new("RGB", (64, 32), "navy").save(content, "JPEG", exif=exif)
    return Image.open(content)


def shown(**arguments):
    """Return the size at which a HEIC is shown that was saved with some arguments."""
    content = BytesIO()
    try:
        photo().save(content, "HEIF", **arguments)
    except ValueError:
        return "ValueError"
    return f"{Image.open(content).size}, irot: {b'irot' in content.getvalue()}"


without_place = photo().getexif()
without_place.pop(GPS, None)
print("no argument:", shown())
print("bytes:", shown(exif=photo().info["exif"]))
print("Image.Exif:", shown(exif=without_place))
print("its bytes:", shown(exif=without_place.tobytes()))
print("no bytes:", shown(exif=b""))
END

"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/output"
cat > "$folder/expected" <<'END'
no argument: (32, 64), irot: True
bytes: (32, 64), irot: True
Image.Exif: (64, 32), irot: False
its bytes: (32, 64), irot: True
no bytes: ValueError
END
diff "$folder/expected" "$folder/output"
