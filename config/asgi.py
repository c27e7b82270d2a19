"""The one ASGI application: WebSockets to Channels, resources to the short road, the rest to Django."""

import gc

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

# What start-up made stays for good: collecting garbage need not look at it again.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
