"""Background work on files."""

from django.tasks import task

from files import services


@task
def sweep() -> int:
    """Delete files that nothing uses."""
    return services.sweep_unused_files()
