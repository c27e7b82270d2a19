"""`manage.py run_worker`: the background worker, as `serve` starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.conf import settings
from django.core.management.base import BaseCommand

from config import observing
from config.background import BackgroundWorker, end_with_parent, new_worker_id
from server import process_metrics
from server.allocator import return_freed_memory

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Runs background tasks."""

    help = "Run background tasks, and wait for the database whenever it is away."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--worker-id", help="the name to run tasks by")
        parser.add_argument("--replaces", help="the name of a worker that is dead for certain")
        parser.add_argument("--parent", type=int, help="end when this pipe is closed")

    @override
    def handle(
        self,
        *args: object,
        worker_id: str | None,
        replaces: str | None,
        parent: int | None,
        **options: object,
    ) -> None:
        return_freed_memory()
        observing.begin(settings.SLOW_STATEMENT_MS, settings.OTLP_ENDPOINT)
        if parent is not None:
            end_with_parent(parent)
        process_metrics.share(settings.METRICS_FOLDER, "worker")
        worker = BackgroundWorker(worker_id or new_worker_id())
        worker.gone.update(filter(None, [replaces]))
        worker.run()
