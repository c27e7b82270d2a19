"""What an operator can have this installation tell of itself: metrics, traces, slow statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.module_loading import import_string

from config import env

if TYPE_CHECKING:
    from pathlib import Path


class Switches(NamedTuple):
    """The variables, in the order in which settings name them."""

    metrics_token: str
    metrics_folder: Path | None
    profiling: bool
    slow_statement_ms: int
    otlp_endpoint: str


def switches() -> Switches:
    """Read the variables; raises VariableProblem."""
    return Switches(
        env.secret("METRICS_TOKEN"),
        env.path(env.METRICS_VARIABLE, None),
        env.flag("PROFILING", default=False),
        env.integer("SLOW_STATEMENT_MS", 500),
        env.site("OTLP_ENDPOINT"),
    )


def begin(slow_statement_ms: int, otlp_endpoint: str) -> None:
    """Notice slow statements and send traces from now on, in this process and its forks."""
    import_string("server.statements.log_slow_statements")(slow_statement_ms)
    if otlp_endpoint:
        import_string("resources.spans.exporter").send_to(otlp_endpoint)
