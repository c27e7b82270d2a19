#!/bin/sh
# Pillow 13.0.0: a GIF whose first frame is grey shows all later frames in grey, whatever their own
# palettes say; browsers show their colours.
#
# A palette of 256 greys in order is dropped when a GIF is opened (`_is_palette_needed`), and the
# picture has mode L. The mode stays for later frames, which have palettes of their own (GIF89a, 21:
# Local Color Table): their indexes are then taken for greys. `LOADING_STRATEGY = RGB_ALWAYS` does not
# help. What does: a subclass of `GifImageFile` whose `_is_palette_needed` returns True.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow==13.0.0

cat > "$folder/seen.py" <<'END'
from io import BytesIO

from PIL import GifImagePlugin, Image

greys = Image.linear_gradient("L").convert("P")
reds = Image.linear_gradient("L").convert("P")
reds.putpalette([channel for red in range(256) for channel in (red, 0, 0)])
header, _used = GifImagePlugin.getheader(greys, info={"duration": 70})
first = GifImagePlugin.getdata(greys)
second = GifImagePlugin.getdata(reds, include_color_table=True)
content = b"".join([*header, *first, *second, b";"])


class Coloured(GifImagePlugin.GifImageFile):
    def _is_palette_needed(self, p):
        return True


def colour(opened):
    """Return the colour of the last row of the second frame, which is red in the file."""
    opened.seek(1)
    return opened.convert("RGB").getpixel((0, 255))


print("Image.open:", colour(Image.open(BytesIO(content))))
GifImagePlugin.LOADING_STRATEGY = GifImagePlugin.LoadingStrategy.RGB_ALWAYS
print("RGB_ALWAYS:", colour(Image.open(BytesIO(content))))
print("subclass:", colour(Coloured(BytesIO(content))))
END

"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/output"
cat > "$folder/expected" <<'END'
Image.open: (255, 255, 255)
RGB_ALWAYS: (255, 255, 255)
subclass: (255, 0, 0)
END
diff "$folder/expected" "$folder/output"
