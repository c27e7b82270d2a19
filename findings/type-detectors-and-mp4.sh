#!/bin/sh
# puremagic 2.2.0 and filetype 1.2.0 mistake valid files for others by their first bytes: an AVIF and an
# M4A are video/mp4 to puremagic, a fragmented MP4 (major brand `iso5`, as packagers write it) is
# audio/x-sndr to it and nothing to filetype, and a binary glTF is nothing to both.
#
# All of these begin as their specifications say: ISO/IEC 14496-12 4.3 (a box of type `ftyp` with a major
# brand and compatible ones), and glTF 2.0 section 4.4.2 (the magic `glTF`). So a list of allowed types
# lets pictures in as videos, or refuses videos that every browser plays.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv" # 3.12 or newer
"$folder/venv/bin/pip" install --quiet puremagic==2.2.0 filetype==1.2.0

"$folder/venv/bin/python" - <<'END'
from struct import pack

import filetype
import puremagic


def media(major, *others):
    brands = major + bytes(4) + b"".join(others)
    return (pack(">I", 8 + len(brands)) + b"ftyp" + brands).ljust(600, b"\0")


def by_puremagic(start):
    found = puremagic.magic_string(start)
    return found[0].mime_type if found else None


def by_filetype(start):
    found = filetype.guess(start)
    return found.mime if found else None


FILES = {
    "AVIF": media(b"avif", b"avif", b"mif1", b"miaf"),
    "M4A": media(b"M4A ", b"M4A ", b"mp42", b"isom"),
    "fragmented MP4": media(b"iso5", b"iso5", b"dash"),
    "binary glTF": (b"glTF" + pack("<II", 2, 600)).ljust(600, b"\0"),
    "plain MP4": media(b"isom", b"isom", b"iso2", b"avc1", b"mp41"),
}
seen = {name: (by_puremagic(start), by_filetype(start)) for name, start in FILES.items()}
for name, found in seen.items():
    print(name, *found, sep="\t")
assert seen == {
    "AVIF": ("video/mp4", "image/avif"),
    "M4A": ("video/mp4", "audio/mp4"),
    "fragmented MP4": ("audio/x-sndr", None),
    "binary glTF": (None, None),
    "plain MP4": ("video/mp4", "video/mp4"),
}, "this has changed"
END
