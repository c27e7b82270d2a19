"""What is kept of a picture looks as a browser that knows colour profiles shows the original."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageStat

from tests.browsers import chromium
from tests.files.corpus.shown import MIDDLES, SCRIPT, SIZE, corpus, of_phone, patches
from tests.files.drawings import checked, colours, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CLOSE = 2
"""Of 255, how far a colour may be off."""
COLUMNS, ROW = 5, 80
NOT_TURNED_BY_BROWSERS = "webp turned"
LOADED = """
    const done = arguments[0];
    Promise.all([...document.images].map((image) => image.decode().catch(() => 0))).then(
        () => done([...document.images].map((image) => [image.naturalWidth, image.naturalHeight])));
"""
TOLD = {"exif", "icc_profile", "xmp", "XML:com.adobe.xmp", "comment", "photoshop", "mp"}
WORDS = (SCRIPT.encode(), b"hdrgm", b"MPF\0", b"ICC_PROFILE", b"Exif\0", b"iCCP", b"cICP", b"tEXt")


@pytest.fixture(scope="module")
def kept() -> Mapping[str, bytes]:
    """Return what is kept of each picture."""
    return {name: checked(content).content.read() for name, content in corpus().items()}


def test_what_is_kept_looks_as_a_browser_shows_the_original(
    kept: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("chromium")
    page = folder / "page.html"
    page.write_text(page_of(kept))
    height = ROW * (len(corpus()) // COLUMNS + 3)
    flags = ("--force-color-profile=srgb", f"--window-size=900,{height}")
    with chromium(folder, *flags) as browser:
        browser.get(page.as_uri())
        sizes = browser.execute_async_script(LOADED)
        seen = Image.open(BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    assert len(corpus()) >= 80
    assert {name: far for name, far in differences(seen, sizes).items() if far > CLOSE} == {}


def page_of(kept: Mapping[str, bytes]) -> str:
    """Return a page of the originals, with what is kept of each beside it."""
    pictures = [
        f'<img style="position: absolute; left: {x}px; top: {y}px" src="data:;base64,'
        f'{b64encode(content).decode()}">'
        for number, (name, original) in enumerate(corpus().items())
        for (x, y), content in zip(places(number), (original, kept[name]), strict=True)
    ]
    return "<!doctype html><style>body { background: white }</style>" + "".join(pictures)


def places(number: int) -> Iterator[tuple[int, int]]:
    """Yield where an original is on the page, and what is kept of it."""
    left, top = number % COLUMNS * 2 * ROW, number // COLUMNS * ROW
    yield from ((left, top), (left + ROW, top))


def differences(seen: Image.Image, sizes: Sequence[Sequence[int]]) -> Mapping[str, float]:
    """Return how far colours are off for each picture, 256 where the sizes differ."""
    found: dict[str, float] = {}
    for number, name in enumerate(corpus()):
        original, ours = sizes[2 * number : 2 * number + 2]
        if name == NOT_TURNED_BY_BROWSERS:
            assert original == ours[::-1] == list(SIZE)
            continue
        is_upright = original == list(SIZE)
        middles = MIDDLES if is_upright else [(y, x) for x, y in MIDDLES]
        first, second = places(number)
        found[name] = (
            max(difference(seen, first, second, middle) for middle in middles)
            if original == ours and ours[0]
            else 256
        )
    return found


def difference(
    seen: Image.Image, first: tuple[int, int], second: tuple[int, int], middle: tuple[int, int]
) -> float:
    """Return how much the colours of one square differ in two places of the page."""
    shown = [
        colour(seen, (place[0] + middle[0], place[1] + middle[1])) for place in (first, second)
    ]
    return float(max(abs(a - b) for a, b in zip(*shown, strict=True)))


def colour(seen: Image.Image, middle: tuple[int, int]) -> list[int]:
    """Return the mean colour of the middle of a square: compression changes edges."""
    x, y = middle
    return [round(value) for value in ImageStat.Stat(seen.crop((x - 4, y - 4, x + 4, y + 4))).mean]


def test_nothing_but_the_picture_is_kept(kept: Mapping[str, bytes]) -> None:
    for name, content in kept.items():
        picture = opened(content)
        picture.load()
        assert not TOLD & picture.info.keys(), name
        assert not picture.getexif(), name
        assert [word for word in WORDS if word in content] == [], name


@pytest.mark.parametrize(("name", "kind"), [("phone", "JPEG"), ("clear", "WEBP"), ("deep", "JPEG")])
def test_what_phones_take_is_kept_as_what_browsers_show(name: str, kind: str) -> None:
    picture = checked(of_phone(name))
    image = opened(picture.content.read())
    assert (image.format, image.info.keys() & {"exif", "icc_profile"}) == (kind, set())
    expected = patches("RGBA" if name == "clear" else "RGB")
    if name == "phone":
        assert image.size == (3024, 4032)
        # As Chromium has judged it to be.
        expected = opened(checked(corpus()["png P3"]).content.read())
        image = image.transpose(Image.Transpose.ROTATE_90)
    shown = image.resize(SIZE, Image.Resampling.NEAREST).convert(expected.mode)
    pairs = zip(colours(shown, MIDDLES), colours(expected, MIDDLES), strict=True)
    assert max(abs(a - b) for pair in pairs for a, b in zip(*pair, strict=True)) <= 2 * CLOSE
