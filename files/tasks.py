"""Background work on files."""

from uuid import UUID

from django.tasks import task

from files import services


@task
def describe_picture(file_id: str) -> None:
    """Compute what is shown while a picture loads."""
    services.describe_file(UUID(file_id))


@task
def sweep() -> int:
    """Delete files that nothing uses."""
    return services.sweep_unused_files()
