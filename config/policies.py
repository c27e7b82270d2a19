"""What pages may load and run: their Content Security Policies (https://www.w3.org/TR/CSP3/)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.csp import CSP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    type Policy = Mapping[str, Sequence[str]]

CLOSED: Policy = {
    "default-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
PAGES: Policy = {**CLOSED, "style-src": [CSP.NONCE], "img-src": [CSP.SELF]}
"""Our own pages, such as those behind the links in mails."""


def docs_policy(public_url: str) -> Policy:
    """Return the policy of Swagger UI, which asks the API where clients reach it."""
    return {
        **CLOSED,
        "script-src": [CSP.SELF],
        "style-src": [CSP.SELF],
        "img-src": [CSP.SELF, "data:"],
        "connect-src": [CSP.SELF, public_url],
    }


def admin_policy(files_url: str) -> Policy:
    """Return the admin's policy; pictures come from where files are.

    The theme's Alpine.js compiles its expressions, which takes `unsafe-eval`; no script stands in a
    page, so that text of members can't become one. Its colours and widths are styles in the page.
    """
    files = urlsplit(files_url)
    elsewhere = [f"{files.scheme}://{files.netloc}"] if files.netloc else []
    return {
        **CLOSED,
        "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
        "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
        "img-src": [CSP.SELF, "data:", *elsewhere],
        "font-src": [CSP.SELF],
        "connect-src": [CSP.SELF],
    }
