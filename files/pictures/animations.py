"""Animations: every frame whole, for as long as it was shown, over and over as often as it was."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple

from PIL import Image, ImageOps

from files.pictures.colours import in_srgb, profile_of
from files.pictures.formats import LOSSLESS_WEBP, OPTIONS
from files.pictures.gif import ColouredGif
from files.pictures.orientation import turn_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from files.pictures.colours import Profile

FOR_EVER = 0
GIF_COLOURS = 256
DURATION = 100
"""Milliseconds of a frame that doesn't say for how long it is shown."""


class Animation(NamedTuple):
    """Frames of an animation, in sRGB with transparency.

    `durations` are in milliseconds; `rounds` is how often it is played, 0 for ever; `still` is what
    those see who don't know animated PNGs, where that is no frame.
    """

    frames: Sequence[Image.Image]
    durations: Sequence[int]
    rounds: int
    still: Image.Image | None = None

    def kind_for(self, kind: str) -> str:
        """Return the format to write it in: a GIF whose frames have more colours becomes a WebP."""
        if kind == "GIF" and not all(_has_few_colours(frame) for frame in self.frames):
            return "WEBP"
        return kind

    def write(self, target: IO[bytes], kind: str, *, is_lossless: bool) -> None:
        """Write the animation as AVIF, GIF, PNG or WebP."""
        frames = [*([self.still] if self.still else []), *self.frames]
        options: dict[str, object] = {"loop": self.rounds}
        if kind == "GIF":
            frames = [_indexed(frame) for frame in frames]
            options = {"disposal": 2}
            if self.rounds != 1:
                # It counts repetitions after the first round.
                options["loop"] = max(0, self.rounds - 1)
        elif kind == "PNG":
            # Frames are whole: what was clear in one must not show the one before.
            options |= {"disposal": 1, "blend": 0, "default_image": self.still is not None}
        else:
            options |= LOSSLESS_WEBP if is_lossless and kind == "WEBP" else OPTIONS[kind]
        frames[0].save(
            target,
            kind,
            save_all=True,
            append_images=frames[1:],
            duration=list(self.durations),
            **options,
        )


def read_animation(image: Image.Image, file: BinaryIO) -> Animation:
    """Decode all frames of an opened animation, upright."""
    if image.format == "GIF":
        file.seek(0)
        image = ColouredGif(file)
    image.load()
    profile, turn = profile_of(image, file), turn_of(image)
    still = None
    frames, durations = [], []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        frame = _whole(image, profile)
        if turn is not None:
            frame = frame.transpose(turn)
        if number == 0 and getattr(image, "default_image", False):
            still = frame
            continue
        durations.append(image.info.get("duration", DURATION))
        frames.append(frame)
    return Animation(frames, durations, _rounds(image), still)


def _whole(image: Image.Image, profile: Profile | None) -> Image.Image:
    image.load()
    frame = in_srgb(image.copy(), profile).convert("RGBA")
    frame.info = {}
    return frame


def _rounds(image: Image.Image) -> int:
    """Return how often an animation is played, 0 for ever."""
    loop = image.info.get("loop")
    if image.format == "GIF":
        # Without the extension that says so it is played once.
        return 1 if loop is None else loop and loop + 1
    return loop or FOR_EVER


def _has_few_colours(frame: Image.Image) -> bool:
    """Return whether a frame can be a GIF's as it is: one of its colours stands for nothing."""
    alpha = frame.getchannel("A").histogram()
    is_with_holes = any(alpha[:255])
    if any(alpha[1:255]):
        return False
    return _opaque(frame).getcolors(GIF_COLOURS - is_with_holes) is not None


def _opaque(frame: Image.Image) -> Image.Image:
    """Return the colours of a frame; what is clear is black."""
    colours = Image.new("RGB", frame.size)
    colours.paste(frame, mask=frame.getchannel("A"))
    return colours


def _indexed(frame: Image.Image) -> Image.Image:
    """Return a frame of few colours with a palette of just these."""
    clear = ImageOps.invert(frame.getchannel("A"))
    is_with_holes = clear.getbbox() is not None
    indexed = _opaque(frame).quantize(
        GIF_COLOURS - is_with_holes, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    if is_with_holes:
        indexed.paste(GIF_COLOURS - 1, mask=clear)
        indexed.info["transparency"] = GIF_COLOURS - 1
    return indexed
