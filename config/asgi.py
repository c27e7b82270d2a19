"""The one ASGI application: WebSockets to Channels, reads to the read road, the rest to Django."""

import django

from config import env

env.select_settings()
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - Django is set up first

from config.django_road import DjangoRoad  # noqa: E402 - Django is set up first
from config.read_road import ReadRoad  # noqa: E402 - Django is set up first
from realtime.routing import websocket_urls  # noqa: E402 - Django is set up first

application = ProtocolTypeRouter(
    {"http": ReadRoad(DjangoRoad()), "websocket": URLRouter(websocket_urls)}
)
