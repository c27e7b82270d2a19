"""Leaves the sending to others: nginx in front (`FILES_ACCEL`) or the bucket (`FILES_REDIRECT`)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse

from files.storage import bucket_storage

if TYPE_CHECKING:
    from files.buckets import BucketStorage
    from files.serving.content import Content

REDIRECT_SECONDS = 60
"""For how long a redirect may be kept: less than what is left of any link."""


def handed_over(method: str | None, content: Content) -> HttpResponse | None:
    """Return the answer that has somebody else send the bytes, None if that is up to us.

    A link into a bucket is signed for GET alone.
    """
    if settings.FILES_ACCEL:
        return HttpResponse(headers={"X-Accel-Redirect": settings.FILES_ACCEL + quote(content.key)})
    storage = bucket_storage()
    if settings.FILES_REDIRECT and method == "GET" and storage is not None:
        return _redirect(storage, content)
    return None


def _redirect(storage: BucketStorage, content: Content) -> HttpResponse:
    """Redirect to a link into the bucket, whose answer has our headers as far as S3 lets it.

    The link is the same for some minutes, so that a browser finds what it has kept.
    """
    headers = content.headers()
    who = content.cache_control.partition(",")[0]
    is_keepable = who in ("public", "private")
    # Not the seconds that a signed address has left, or each second had a link of its own.
    behind = f"{who}, max-age={storage.link_seconds}, immutable"
    link = storage.signed_link(
        content.key,
        content_type=content.content_type,
        disposition=headers["Content-Disposition"],
        cache_control=behind if is_keepable else content.cache_control,
    )
    kept = f"{who}, max-age={REDIRECT_SECONDS}" if is_keepable else content.cache_control
    return HttpResponse(status=302, headers={"Location": link, "Cache-Control": kept})
