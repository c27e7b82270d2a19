"""The card site: its texts in both languages, its packages, and what `serve --site` needs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from config.card_site import CLIENTS, CardSiteError, card_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.embedded

SITE = CLIENTS / "card-site"
HANGUL = re.compile("[가-힣]")


def texts(of: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of a catalogue with its path."""
    if isinstance(of, str):
        yield path, of
        return
    for name, part in of.items():
        yield from texts(part, f"{path}.{name}")


def catalogue(language: str) -> dict[str, str]:
    return dict(texts(json.loads((SITE / "messages" / f"{language}.json").read_text())))


def test_a_korean_reader_finds_every_text_in_korean() -> None:
    english, korean = catalogue("en"), catalogue("ko")
    assert english.keys() == korean.keys()
    assert [path for path, text in korean.items() if not HANGUL.search(text)] == []


def test_both_languages_are_told_the_same_values() -> None:
    english, korean = catalogue("en"), catalogue("ko")
    # What a plural's choices say stands in braces, too.
    values = re.compile(r"(?<!=0 )(?<!one )(?<!other )\{(\w+)[,}]")
    for path, text in korean.items():
        assert set(values.findall(text)) == set(values.findall(english[path])), path


def test_the_sites_packages_are_pinned_without_addresses() -> None:
    packages = json.loads((SITE / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "://" in str(package.get("resolved"))]


def test_an_operator_without_node_is_told_what_the_site_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CardSiteError, match=r"Node\.js 20\.9"), card_site("http://localhost:8000"):
        pass
