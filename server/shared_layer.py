"""The channel layer in Redis or Valkey, which nobody waits long for."""

from __future__ import annotations

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

ANSWER_SECONDS = 1


class SharedLayer(RedisPubSubChannelLayer):
    """Django Channels' layer by publish and subscribe, with a deadline for every command."""

    def __init__(self, address: str) -> None:
        # A connection that has ended is opened anew; one that hangs is not waited for twice.
        retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
        host = {
            "address": address,
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            "retry": retry,
        }
        super().__init__(hosts=[host])
