"""What every request gets: an id, a context, a log line, and problem documents for crashes."""

import logging
import re
from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponse

from resources import context

logger = logging.getLogger("holobase.request")

ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestEnvelope:
    """Gives a request its id (`X-Request-ID`, taken over from a proxy) and logs one line of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        current = context.begin(given if ACCEPTED_ID.fullmatch(given) else "")
        started = perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = current.request_id
        fields = {
            "ip_address": request.META.get("REMOTE_ADDR", ""),
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": round((perf_counter() - started) * 1000, 2),
        }
        logger.info("%s %s", request.method, request.path, extra={"fields": fields})
        return response
