"""Addresses of the WebSocket half."""

from typing import Any

from django.urls import path

from realtime.consumers import RealtimeConsumer

consumer: Any = RealtimeConsumer.as_asgi()
websocket_urls: list[Any] = [path("ws/v1", consumer)]
