"""The one application: WebSockets to Channels, resources to the short road, the rest to Django."""

from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from starlette.middleware.cors import CORSMiddleware

from config.django_road import DjangoRoad
from config.resource_road import ResourceRoad
from realtime.event_stream import EventStream
from realtime.routing import websocket_urls

roads: Any = EventStream(ResourceRoad(DjangoRoad()))
# Tokens travel in a header and never in a cookie, so other origins need no credentials.
http = CORSMiddleware(
    roads,
    allow_origins=settings.CORS_ORIGINS,
    allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allow_headers=[
        "Authorization",
        "If-Match",
        "If-None-Match",
        "Idempotency-Key",
        "Last-Event-ID",
        "X-Request-ID",
    ],
    expose_headers=[
        "ETag",
        "Location",
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "Retry-After",
        "WWW-Authenticate",
        "X-Request-ID",
    ],
    max_age=3600,
)
application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(websocket_urls)})
