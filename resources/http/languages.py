"""The language of a request, from its `Accept-Language` header (RFC 9110, 12.5.4)."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)


def language_of(header: bytes) -> str:
    """Return the best supported language that an `Accept-Language` header names."""
    if not header:
        return settings.LANGUAGE_CODE
    for code, _quality in parse_accept_lang_header(header.decode("latin-1").lower()):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
