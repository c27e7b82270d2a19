"""The one ASGI application: WebSockets to Channels, resources to the short road, the rest to Django."""

import django

from config import env

env.select_settings()
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - Django is set up first

from config.django_road import DjangoRoad  # noqa: E402 - Django is set up first
from config.resource_road import ResourceRoad  # noqa: E402 - Django is set up first
from realtime.routing import websocket_urls  # noqa: E402 - Django is set up first

application = ProtocolTypeRouter(
    {"http": ResourceRoad(DjangoRoad()), "websocket": URLRouter(websocket_urls)}
)
