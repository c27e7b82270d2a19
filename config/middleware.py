"""The envelope of requests that take Django's road."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from config.envelope import Envelope
from resources.http.client_networks import address_of_request


class RequestEnvelope:
    """Gives a request its id (`X-Request-ID`) and logs one line of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        envelope = Envelope.opened(
            request.method or "",
            request.path,
            address_of_request(request),
            request.META.get("HTTP_X_REQUEST_ID", ""),
        )
        response = self.get_response(request)
        response["X-Request-ID"] = envelope.context.request_id
        envelope.log(response.status_code)
        return response
