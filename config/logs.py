"""Log lines as JSON objects."""

from datetime import UTC, datetime
from logging import Formatter, LogRecord
from typing import Any, override

import orjson

from resources import context

SERVICE = "holobase"


class JsonLines(Formatter):
    """One JSON object per record: timestamp, level, service, message, user_id, ip_address, ….

    What a log call passes as `extra={"fields": {...}}` is added to the object.
    """

    @override
    def format(self, record: LogRecord) -> str:
        request = context.current()
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "service": SERVICE,
            "message": record.getMessage(),
            "user_id": request.user_id if request else "",
            "ip_address": "",
            "request_id": request.request_id if request else "",
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()
