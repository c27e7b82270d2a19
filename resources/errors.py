"""Every error a client can get, as RFC 9457 problem documents."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from http import HTTPStatus
from sqlite3 import Error as SqliteError
from typing import TYPE_CHECKING, Any

import orjson
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf

from resources import context
from resources.constraints import broken_constraint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.utils.functional import Promise

CONTENT_TYPE = "application/problem+json"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BROKEN_DISK = (errno.EIO, errno.EROFS, errno.ESTALE)
PG_DISK_FULL = "53100"
SQLITE_DISK = ("disk I/O error", "readonly database", "unable to open database file")
TITLES = {460: "Checksum Mismatch"}
"""What statuses mean that no RFC names: the one of tus 1.0."""
MOVING = "The site is being moved to another database."
"""What a database says that refuses writes meanwhile, whichever it is."""
QUERY_CANCELED = "57014"
"""PostgreSQL's code for a statement that took too long, or that somebody has cancelled."""

type Text = str | Promise


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field or parameter (dotted when nested).

    `position` is the 1-based character in a filter expression.
    """

    field: str
    code: str
    message: Text
    position: int | None = None

    def as_json(self) -> dict[str, object]:
        """Return the error as it appears in a problem document."""
        shown: dict[str, object] = {
            "field": self.field,
            "code": self.code,
            "message": str(self.message),
        }
        if self.position is not None:
            shown["position"] = self.position
        return shown


@dataclass(eq=False)
class Problem(Exception):
    """An error with its HTTP status, a lower_snake code and a sentence for people.

    `aftermath` writes what is to stay although the write that failed is taken back.
    """

    status: int
    code: str
    detail: Text
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, object] = field(default_factory=dict)
    aftermath: Callable[[], None] | None = None

    def as_json(self) -> dict[str, object]:
        """Return the problem document (RFC 9457) with our `code`, `request_id` and `errors`.

        `members` are further ones of this problem alone.
        """
        shown: dict[str, object] = {
            "type": "about:blank",
            "title": TITLES.get(self.status) or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": str(self.detail),
            "code": self.code,
            "request_id": context.request_id(),
            **self.members,
        }
        if self.errors:
            shown["errors"] = [error.as_json() for error in self.errors]
        return shown

    def response(self) -> HttpResponse:
        """Return the problem as an HTTP answer."""
        return HttpResponse(
            orjson.dumps(self.as_json()),
            status=self.status,
            content_type=CONTENT_TYPE,
            headers=dict(self.headers),
        )


def bad_parameter(name: str, code: str, message: Text, position: int | None = None) -> Problem:
    """Say that a query parameter can't be used (400)."""
    detail = _("The parameter “%(name)s” can't be used.") % {"name": name}
    return Problem(400, "bad_parameter", detail, [FieldError(name, code, message, position)])


def invalid(errors: Sequence[FieldError]) -> Problem:
    """Say what is wrong with what was sent (400)."""
    return Problem(400, "invalid", _("What was sent can't be used."), errors)


def not_visible() -> Problem:
    """Say that there is nothing here for the actor (404)."""
    return Problem(404, "not_found", _("There is nothing here."))


def not_permitted(detail: Text | None = None) -> Problem:
    """Say that the actor may see this but not do this (403)."""
    return Problem(403, "not_permitted", detail or _("You may not do this."))


def not_signed_in(detail: Text | None = None) -> Problem:
    """Say that an account would help (401)."""
    return Problem(
        401,
        "not_signed_in",
        detail or _("Sign in to do this."),
        headers={"WWW-Authenticate": "Bearer"},
    )


def beyond_scope(resource: str, verb: str) -> Problem:
    """Say that a key does not go as far (403, RFC 6750 3.1)."""
    scope = f"{resource}:{verb}"
    detail = _("The key lacks the scope “%(scope)s”.") % {"scope": scope}
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    return Problem(403, "insufficient_scope", detail, headers={"WWW-Authenticate": challenge})


def refused(*, is_known: bool) -> Problem:
    """Say no to an action on a visible row: 403 to members, 401 where an account would help."""
    return not_permitted() if is_known else not_signed_in()


def precondition_failed() -> Problem:
    """Say that the record is no longer as the client knew it (412)."""
    return Problem(
        412, "precondition_failed", _("The record has changed since you read it. Read it again.")
    )


def took_too_long() -> Problem:
    """Say that the server has no more time for a question (503)."""
    detail = _("This takes too long to answer just now. Ask for less, or try again later.")
    return Problem(503, "too_costly", detail, headers={"Retry-After": "5"})


def as_problem(error: Exception) -> Problem | None:
    """Map any expected error to its problem; None for those that are bugs."""
    if isinstance(error, Problem):
        return error
    for kind, mapped in MAPPINGS:
        if isinstance(error, kind):
            return mapped(error)
    return None


def exception_handler(error: Exception, _context: Mapping[str, object]) -> HttpResponse | None:
    """Answer errors in Django REST framework's views."""
    problem = as_problem(error)
    return problem.response() if problem else None


def _from_drf(error: drf.APIException) -> Problem:
    if isinstance(error, drf.ValidationError):
        return invalid(list(_flat("", error.get_full_details())))
    if isinstance(error, drf.NotAuthenticated | drf.AuthenticationFailed):
        return not_signed_in(str(error.detail))
    code = str(error.get_codes()) if isinstance(error.get_codes(), str) else "invalid"
    return Problem(error.status_code, code, str(error.detail))


def _flat(path: str, details: Any) -> Iterable[FieldError]:
    """Flatten nested details to dotted fields."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield FieldError(path, str(details["code"]), str(details["message"]))
    elif isinstance(details, dict):
        for name, inner in details.items():
            step = "" if name == "non_field_errors" else str(name)
            yield from _flat(f"{path}.{step}".strip("."), inner)
    else:
        yield from _listed(path, details)


def _listed(path: str, details: Sequence[object]) -> Iterable[FieldError]:
    """Flatten a list: of errors about one field, or of items that have errors each."""
    for number, inner in enumerate(details):
        is_error = isinstance(inner, dict) and set(inner) == {"message", "code"}
        yield from _flat(path if is_error else f"{path}.{number}".strip("."), inner)


def _from_model(error: ModelValidationError) -> Problem:
    fields = getattr(error, "error_dict", None) or {NON_FIELD_ERRORS: error.error_list}
    return invalid(
        [
            from_validation(("" if name == NON_FIELD_ERRORS else name), inner)
            for name, errors in fields.items()
            for inner in errors
        ]
    )


def from_validation(name: str, error: ModelValidationError) -> FieldError:
    """Return one of Django's errors as ours; a document's path is appended to the name."""
    inner = str((error.params or {}).get("path", ""))
    path = f"{name}.{inner}".strip(".") if inner else name
    return FieldError(path, error.code or "invalid", error.messages[0])


def _from_integrity(error: IntegrityError) -> Problem:
    broken = broken_constraint(error)
    errors = [FieldError(name, broken.code, broken.message) for name in broken.fields]
    if broken.code == "unique":
        return Problem(409, "conflict", broken.message, errors)
    return Problem(400, "invalid", broken.message, errors)


def unavailable() -> Problem:
    """Say that something that a request needs is away for the moment (503)."""
    detail = _("Something that this needs can't be reached at the moment. Try again.")
    return Problem(503, "unavailable", detail, headers={"Retry-After": "2"})


def moving() -> Problem:
    """Say that nothing can be written while the site is moved to another database (503)."""
    detail = _("The site is being moved to another database. Try again in a moment.")
    return Problem(503, "moving", detail, headers={"Retry-After": "5"})


def storage_full() -> Problem:
    """Say that there is no room to write to (507)."""
    detail = _("The server has no room left. Its operator has to make some.")
    return Problem(507, "storage_full", detail, headers={"Retry-After": "60"})


def _from_operation(error: OperationalError) -> Problem | None:
    """Tell a database that is busy, away or full from one asked nonsense, which is a bug."""
    text = str(error)
    if getattr(error.__cause__, "sqlstate", None) == QUERY_CANCELED or text == "interrupted":
        return took_too_long()
    if MOVING in text:
        return moving()
    if "disk is full" in text or getattr(error.__cause__, "sqlstate", None) == PG_DISK_FULL:
        return storage_full()
    if not isinstance(error.__cause__, SqliteError) or "locked" in text:
        detail = _("The database is busy. Try again.")
        return Problem(503, "busy", detail, headers={"Retry-After": "1"})
    return unavailable() if any(words in text for words in SQLITE_DISK) else None


def _from_interface(error: InterfaceError) -> Problem | None:
    """Tell a connection that has ended from one that was used wrongly, which is a bug."""
    return unavailable() if "closed" in str(error) else None


def _from_system(error: OSError) -> Problem | None:
    """Tell a disk that is full or broken from everything else, which is a bug."""
    if error.errno in NO_ROOM:
        return storage_full()
    return unavailable() if error.errno in BROKEN_DISK else None


def _from_data(error: DataError) -> Problem:
    """Say that a value is beyond what a column can hold or be compared with."""
    del error
    return Problem(400, "invalid", _("A value is of the wrong kind or too large."))


def _from_too_big(error: Exception) -> Problem:
    del error
    return Problem(413, "too_large", _("What was sent is too large."))


def _from_suspicious(error: Exception) -> Problem:
    del error
    return Problem(400, "malformed", _("The request can't be understood."))


type Mapped = Callable[[Any], Problem | None]

MAPPINGS: Sequence[tuple[type[Exception] | tuple[type[Exception], ...], Mapped]]
MAPPINGS = (
    (drf.APIException, _from_drf),
    (ModelValidationError, _from_model),
    (IntegrityError, _from_integrity),
    (OperationalError, _from_operation),
    (InterfaceError, _from_interface),
    (OSError, _from_system),
    (DataError, _from_data),
    ((RequestDataTooBig, TooManyFieldsSent), _from_too_big),
    (SuspiciousOperation, _from_suspicious),
    (Http404, lambda _error: not_visible()),
    (PermissionDenied, lambda _error: not_permitted()),
)
