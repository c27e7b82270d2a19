"""Multipart forms (RFC 7578), of which no part that names a field is dropped.

Django's own parser passes over a part whose header it can't decode and a file without a name that
it accepts. Here such a part is a file called `file`. No file is whole in memory but a small one.
"""

from __future__ import annotations

import re
from collections import deque
from io import BytesIO
from itertools import chain
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, NamedTuple, override

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.http.multipartparser import (
    ChunkIter,
    InputStreamExhausted,
    InterBoundaryIter,
    LazyStream,
    MultiPartParser,
    MultiPartParserError,
)
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework import parsers

from resources.errors import FieldError, Problem, invalid
from resources.writing.uploads import UPLOAD_PIECE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from django.core.files.uploadhandler import FileUploadHandler

MOST_HEADER_BYTES = 4 * 1024
END_OF_HEADER = b"\r\n\r\n"
DISPOSITION = "content-disposition"
NAME = re.compile(r'[;\s]name\s*=\s*(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)
FILE_NAME = re.compile(r"[;\s]filename\*?\s*(=|;|$)", re.IGNORECASE)
TEXTS = ("text/", "application/json")
UNNAMED = "file"
TOO_LONG = "the header of a part is too long"


class Part(NamedTuple):
    """The header of one part; `file_name` is None where it names no file."""

    field: str
    file_name: str | None
    content_type: str

    @property
    def is_file(self) -> bool:
        """Return whether this is a file: it has a name, or its type is none of a text."""
        is_text = not self.content_type or self.content_type.startswith(TEXTS)
        return self.file_name is not None or not is_text


class MultipartForm(MultiPartParser):
    """Reads a form piece by piece; how it begins is checked as Django does."""

    def __init__(
        self, meta: Mapping[str, object], body: Any, handlers: list[FileUploadHandler]
    ) -> None:
        super().__init__(meta, body, handlers)
        parsed: Any = self
        self.separator = b"--" + parsed._boundary
        self.body = body if parsed._content_length else BytesIO()
        self.texts = QueryDict(mutable=True)
        self.files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict()
        self.text_bytes = self.part_count = self.file_count = 0

    @override
    def parse(self) -> tuple[QueryDict, MultiValueDict[str, UploadedFile[bytes]]]:
        try:
            stream = LazyStream(ChunkIter(self.body, UPLOAD_PIECE_BYTES))
            for content in InterBoundaryIter(stream, self.separator):
                self._take(content)
                deque(content, maxlen=0)
        except Exception:
            for _name, files in self.files.lists():
                for file in files:
                    file.close()
            raise
        return self.texts, self.files

    def _take(self, content: LazyStream) -> None:
        part = _header_of(content)
        if part is None:
            return
        self.part_count += 1
        if self.part_count > (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS or 0):
            raise TooManyFieldsSent
        if part.is_file:
            self._take_file(part, content)
        else:
            self.texts.appendlist(part.field, self._text(part, content))

    def _take_file(self, part: Part, content: LazyStream) -> None:
        """Put a file on disk; one without name and content is a browser's “no file chosen”."""
        chunks = iter(content)
        first = next(chunks, b"")
        if not first and not part.file_name:
            return
        self.file_count += 1
        if self.file_count > (settings.DATA_UPLOAD_MAX_NUMBER_FILES or 0):
            raise TooManyFieldsSent
        name = self.sanitize_file_name(part.file_name or "") or UNNAMED
        second = next(chunks, b"")
        place = _on_disk() if second else BytesIO()
        file = UploadedFile(place, name, part.content_type)
        self.files.appendlist(part.field, file)
        place.writelines(chain((first, second), chunks))
        file.size = place.tell()
        place.seek(0)

    def _text(self, part: Part, content: LazyStream) -> str:
        """Return a text; raises RequestDataTooBig, and Problem 400 for what is none."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        text: bytes = content.read(size=most - self.text_bytes + 1)
        self.text_bytes += len(text) + len(part.field) + 2
        if self.text_bytes > most:
            raise RequestDataTooBig
        try:
            return text.decode()
        except UnicodeDecodeError:
            raise invalid([FieldError(part.field, "not_text", _("This is no text."))]) from None


class FormBody(parsers.MultiPartParser):
    """Django REST framework's door to `MultipartForm`."""

    @override
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> parsers.DataAndFiles[Any, Any]:
        """Read and parse a form; raises Problem 400, RequestDataTooBig, TooManyFieldsSent."""
        request = (parser_context or {})["request"]
        meta = {**request.META, "CONTENT_TYPE": media_type}
        try:
            form = MultipartForm(meta, stream, request.upload_handlers)
            return parsers.DataAndFiles(*form.parse())
        except (MultiPartParserError, InputStreamExhausted) as error:
            detail = _("The form can't be read: %(reason)s") % {"reason": error}
            raise Problem(400, "parse_error", detail) from None


def _header_of(content: LazyStream) -> Part | None:
    """Read the header of a part; None for what names no field, such as a form's preamble."""
    start: bytes = content.read(size=MOST_HEADER_BYTES)
    header, end, rest = start.partition(END_OF_HEADER)
    if not end:
        if len(start) == MOST_HEADER_BYTES:
            raise MultiPartParserError(TOO_LONG)
        return None
    content.unget(rest)
    lines = dict(_lines(header))
    field, file_name = _disposition(lines.get(DISPOSITION, ""))
    if not field:
        return None
    content_type, _parameters_of_type = _parameters(lines.get("content-type", ""))
    return Part(field, file_name, content_type.lower())


def _lines(header: bytes) -> Iterator[tuple[str, str]]:
    for line in header.split(b"\r\n"):
        name, colon, value = _decoded(line).partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _decoded(line: bytes) -> str:
    """Return a header as text: UTF-8, or what some clients send instead."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _disposition(line: str) -> tuple[str, str | None]:
    """Return the field and the file's name that a Content-Disposition states, the latter if any."""
    if not line:
        return "", None
    _kind, parameters = _parameters(line)
    if parameters.get("name"):
        name = parameters["name"].strip()
    else:
        found = NAME.search(line)
        name = (found[1] or found[2] or "").strip() if found else ""
    is_file = "filename" in parameters or FILE_NAME.search(line)
    return name, parameters.get("filename", "") if is_file else None


def _parameters(line: str) -> tuple[str, Mapping[str, str]]:
    """Split a header into its value and its parameters, of which none is kept if one is broken."""
    try:
        return parse_header_parameters(line)
    except (ValueError, LookupError):
        return line.partition(";")[0].strip(), {}


def _on_disk() -> IO[bytes]:
    """Return an empty temporary file, which the request closes at its end."""
    return TemporaryFile()
