"""What surrounds requests that go through Django: an id, a log line, operators' addresses."""

from collections.abc import Callable, Mapping
from typing import override

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.locale import LocaleMiddleware
from django_prometheus.middleware import PrometheusAfterMiddleware

from config import operations
from resources import context
from resources.errors import as_problem
from resources.http.client_networks import address_of_request
from server import error_pages
from server.envelope import Envelope, caller_of
from users.models import User
from users.services.factors import factors_of

type View = Callable[[HttpRequest], HttpResponse]

ADMIN = "/admin/"
FILES = "/files/"
ENROLMENT = f"{ADMIN}second-factor/"
# What the page of enrolment itself leads to.
OPEN_TO_STAFF = (ENROLMENT, f"{ADMIN}logout/", f"{ADMIN}login/", f"{ADMIN}jsi18n/")


class RequestEnvelope:
    """Assigns a request its id (`X-Request-ID`) and logs one line of it."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        envelope = Envelope.opened(
            request.method or "",
            request.path,
            address_of_request(request),
            *caller_of(_trace_headers(request)),
        )
        response = self.get_response(request)
        response["X-Request-ID"] = envelope.context.request_id
        envelope.log(response.status_code)
        return response

    def process_exception(self, _request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer what is nobody's mistake, such as a database that is away, as the API does."""
        problem = as_problem(exception)
        return problem.response() if problem and problem.status >= 500 else None


def _trace_headers(request: HttpRequest) -> Mapping[bytes, bytes]:
    """Return the headers that name a request, as ASGI has them."""
    given = ((name, request.headers.get(name)) for name in ("x-request-id", "traceparent"))
    return {name.encode(): value.encode() for name, value in given if value is not None}


class OperatorAddresses:
    """Answers what operators' tools ask, before TLS is demanded and host names are checked.

    Orchestrators ask a process by its own address and over plain HTTP.
    """

    views: Mapping[str, View] = {
        "/healthz": operations.alive,
        "/readyz": operations.ready,
        "/metrics": operations.metrics,
    }

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.views.get(request.path, self.get_response)
        return answer(request)


class ReadersLanguage(LocaleMiddleware):
    """Chooses the language of an answer, but for files, which are the same in each.

    Shared caches would otherwise keep a copy of each picture for every language that browsers ask
    for.
    """

    @override
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Name the language, unless a file is sent."""
        if request.path.startswith(FILES) and response.status_code < 400:
            return response
        return super().process_response(request, response)


class SignedInByCookie:
    """Notes for the log who works in the admin, whoever they are before or after the request."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            context.note_user(request.user.pk)
        response = self.get_response(request)
        # Signing in makes somebody known who was not before.
        if request.session.modified:
            context.note_user(request.user.pk)
        return response


class SecondFactorFirst:
    """Leads staff without a second factor to where they turn one on, whatever they ask for."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_open = request.path.startswith(OPEN_TO_STAFF) or not request.path.startswith(ADMIN)
        if settings.REQUIRE_STAFF_2FA and not is_open and _lacks_factor(request.user):
            return HttpResponseRedirect(ENROLMENT)
        return self.get_response(request)


def _lacks_factor(user: object) -> bool:
    return isinstance(user, User) and user.is_staff and not factors_of(user)


class MeasuredViews(PrometheusAfterMiddleware):
    """Measures Django's views; all methods that HTTP does not have share one label.

    The histogram of latencies takes a request's method as it was sent, and so would let any client
    add series to it.
    """

    @override
    def label_metric(
        self, metric: object, request: HttpRequest, response: object = None, **labels: object
    ) -> object:
        if "method" in labels:
            labels["method"] = self._method(request)
        return super().label_metric(metric, request, response, **labels)


class ClientMistakes:
    """Answers what a page of Django's lets through, such as a bad id in a query of the admin.

    The API's views answer their errors by themselves; so does Django what it raises on purpose.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer to an expected error; None for those that are bugs or Django's."""
        if isinstance(error, FieldDoesNotExist):  # the admin asks for any `_to_field` it is given
            return error_pages.malformed(request)
        problem = None if isinstance(error, DJANGOS_OWN) else as_problem(error)
        return error_pages.answer(request, problem) if problem else None


DJANGOS_OWN = (Http404, PermissionDenied, SuspiciousOperation)


class PagePolicy(ContentSecurityPolicyMiddleware):
    """Tells browsers what a page may load and run; what is no page needs no policy."""

    @override
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        if request.path.startswith(ADMIN) and not hasattr(response, "_csp_config"):
            vars(response)["_csp_config"] = settings.ADMIN_CSP
        answer: HttpResponse = super().process_response(request, response)
        return answer
