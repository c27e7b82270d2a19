"""What is noticed about database statements: those that take long, and traces if they are on.

Text is logged without values: placeholders stand where those were.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from itertools import count
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from prometheus_client import Counter

from resources import context, spans

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("holobase.statements")

LONGEST_TEXT = 2_000
LONGEST_PLAN = 1_000
SLOW = Counter("holobase_slow_statements", "Statements that took longer than SLOW_STATEMENT_MS")
PLACEHOLDER = re.compile(r"%s|\?")
EXPLAIN = {
    "sqlite": "EXPLAIN QUERY PLAN {}",
    "postgresql": "EXPLAIN (GENERIC_PLAN, COSTS OFF) {}",
}


class Threshold:
    """How many seconds a statement may take until it is logged."""

    seconds = inf


threshold = Threshold()


def log_slow_statements(milliseconds: int) -> None:
    """Log every statement of this process from a duration on; 0 logs none."""
    threshold.seconds = milliseconds / 1000 if milliseconds else inf


def watched(
    execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, object]
) -> object:
    """Run a statement, as a wrapper of Django's (`connection.execute_wrappers`)."""
    begun = monotonic()
    try:
        return execute(sql, params, many, context)
    finally:
        finished(sql, begun)


def finished(sql: str, begun: float) -> None:
    """Notice a statement that began at a time of `monotonic`."""
    seconds = monotonic() - begun
    if spans.exporter.is_on and (request_id := context.request_id()):
        attributes = {"db.system.name": connection.vendor, "db.query.text": sql[:LONGEST_TEXT]}
        spans.note_step(sql.partition(" ")[0], spans.CLIENT, request_id, seconds, attributes)
    if seconds >= threshold.seconds and not sql.startswith("EXPLAIN"):
        tell(sql, seconds)


def tell(sql: str, seconds: float) -> None:
    """Log a slow statement, with how the database runs it."""
    SLOW.inc()
    fields = {
        "duration_ms": round(seconds * 1000, 1),
        "sql": sql[:LONGEST_TEXT],
        "plan": plan_of(sql)[:LONGEST_PLAN],
    }
    logger.warning("slow statement", extra={"fields": fields})


def plan_of(sql: str) -> str:
    """Return how the database would run a statement whatever its values; empty if it won't say.

    Not asked within a transaction, which a failure would break.
    """
    vendor = connection.vendor
    if connection.in_atomic_block or not sql.lstrip().upper().startswith(("SELECT", "WITH")):
        return ""
    numbers = count(1)
    text = sql if vendor == "sqlite" else PLACEHOLDER.sub(lambda _: f"${next(numbers)}", sql)
    with suppress(DatabaseError), connection.cursor() as cursor:
        values = [None] * len(PLACEHOLDER.findall(text)) if vendor == "sqlite" else None
        cursor.execute(EXPLAIN[vendor].format(text), values)
        return "; ".join(str(row[-1]).strip() for row in cursor.fetchall())
    return ""
