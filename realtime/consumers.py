"""The WebSocket endpoint: answers pings; subscriptions are refused with a reason."""

from typing import Any, override

from channels.generic.websocket import AsyncJsonWebsocketConsumer


class RealtimeConsumer(AsyncJsonWebsocketConsumer):
    """One client's connection at `/ws/v1`."""

    @override
    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        kind = content.get("type") if isinstance(content, dict) else None
        ref = content.get("ref") if isinstance(content, dict) else None
        if kind == "ping":
            await self.send_json({"type": "pong", "ref": ref})
        else:
            await self.send_json({"type": "error", "ref": ref, "code": "unknown_type"})

    @override
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        try:
            await super().receive(text_data, bytes_data, **kwargs)
        except ValueError:
            await self.send_json({"type": "error", "ref": None, "code": "malformed"})
