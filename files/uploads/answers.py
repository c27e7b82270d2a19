"""How an upload is answered: by the headers of tus, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from django.utils.http import http_date

from files.uploads.protocol import PATH, TUS, VERSION
from resources.api import JSON, HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from files.models import Upload

UNSTORED = {"Cache-Control": "no-store"}


def created(upload: Upload) -> HttpAnswer:
    """Answer a creation; the address is relative, as proxies pass it on unchanged.

    The offset is there even where no byte came: some clients take a creation without one for
    failed.
    """
    return HttpAnswer(201, b"", {"Location": f"{PATH}/{upload.pk}", **progress(upload)})


def received(upload: Upload) -> HttpAnswer:
    """Answer a PATCH."""
    return HttpAnswer(204, b"", progress(upload))


def head(upload: Upload) -> HttpAnswer:
    """Answer a HEAD: all that a client needs to go on."""
    told = {**progress(upload), **UNSTORED}
    if upload.length is None:
        told["Upload-Defer-Length"] = "1"
    else:
        told["Upload-Length"] = str(upload.length)
    if upload.metadata:
        told["Upload-Metadata"] = upload.metadata
    if upload.concat:
        told["Upload-Concat"] = upload.concat
    return HttpAnswer(200, b"", told)


def progress(upload: Upload) -> Mapping[str, str]:
    """Return the headers that say how far an upload is, and which file it has become."""
    told = {
        **TUS,
        "Upload-Offset": str(upload.offset),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
    }
    if upload.file_id:
        told["Upload-File"] = str(upload.file_id)
    return told


def shown(upload: Upload, status: int = 200, **more: object) -> HttpAnswer:
    """Answer an upload as JSON."""
    body = {
        "id": upload.pk,
        "kind": upload.kind,
        "state": upload.state,
        "name": upload.name,
        "field": upload.field,
        "length": upload.length,
        "offset": upload.offset,
        "file": upload.file_id,
        "problem": upload.refusal or None,
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
        **more,
    }
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return HttpAnswer(status, content, {"Content-Type": JSON, **UNSTORED, "Tus-Resumable": VERSION})
