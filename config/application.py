"""The one application: WebSockets to Channels, resources to the short road, the rest to Django."""

from channels.routing import ProtocolTypeRouter, URLRouter

from config.django_road import DjangoRoad
from config.resource_road import ResourceRoad
from realtime.routing import websocket_urls

application = ProtocolTypeRouter(
    {"http": ResourceRoad(DjangoRoad()), "websocket": URLRouter(websocket_urls)}
)
