"""Running the log consumers in a test, as the worker does: to the end, and without a thread."""

from __future__ import annotations

from resources.log_consumers import catch_up, consumers
from resources.models import ConsumerPosition


def run_consumers(*names: str) -> None:
    """Have the log consumers (all, or those of these names) handle every change of the test.

    A change that one can't handle fails the test.
    """
    chosen = [consumers[name] for name in names] if names else list(consumers.values())
    for consumer in chosen:
        ConsumerPosition.objects.get_or_create(name=consumer.name, defaults={"position": 0})
    catch_up(chosen)
    failing = dict(ConsumerPosition.objects.filter(failures__gt=0).values_list("name", "error"))
    assert failing == {}
