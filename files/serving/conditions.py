"""Conditional requests for stored bytes (RFC 9110, 13), which have a strong tag and a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.http import parse_http_date_safe
from django.utils.translation import gettext as _

from resources.api import Problem, is_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from files.serving.content import Content

type Headers = Mapping[str, str]


def require_match(headers: Headers, content: Content) -> None:
    """Raise Problem 412 if the client asks for other bytes than these (13.1.1, 13.1.4)."""
    if_match = headers.get("If-Match")
    if if_match is not None:
        is_met = if_match.strip() == "*" or content.tag in _strong_tags(if_match)
    else:
        date = _date(headers, "If-Unmodified-Since")
        is_met = date is None or _seconds(content) <= date
    if not is_met:
        raise Problem(412, "precondition_failed", _("The file is another one by now."))


def is_unchanged(headers: Headers, content: Content) -> bool:
    """Return whether the client has these bytes already (13.1.2, 13.1.3)."""
    if_none_match = headers.get("If-None-Match")
    if if_none_match is not None:
        return is_known(if_none_match, content.tag)
    date = _date(headers, "If-Modified-Since")
    return date is not None and _seconds(content) <= date


def is_range_wanted(headers: Headers, content: Content) -> bool:
    """Return whether a range would continue what the client has (`If-Range`, 13.1.5).

    Stored bytes never change, so that their date is as strong a validator as their tag.
    """
    if_range = headers.get("If-Range", "").strip()
    if not if_range:
        return True
    if if_range.startswith(('"', "W/")):
        return if_range == content.tag
    return parse_http_date_safe(if_range) == _seconds(content)


def _strong_tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",") if not tag.strip().startswith("W/")]


def _date(headers: Headers, name: str) -> int | None:
    return parse_http_date_safe(headers.get(name, ""))


def _seconds(content: Content) -> int:
    return int(content.modified_at.timestamp())
