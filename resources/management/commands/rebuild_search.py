"""`manage.py rebuild_search`: the terms of all records, entered into the full-text index anew."""

from typing import override

from django.core.management.base import BaseCommand

from resources import registry
from resources.search.rebuilding import rebuilt


class Command(BaseCommand):
    """Enters the terms of all records into the full-text index anew."""

    help = "Enter the terms of all records into the full-text index anew, beside a running server."

    @override
    def handle(self, *args: object, **options: object) -> None:
        searched = [resource for resource in registry.all_resources() if resource.search]
        for resource, count in rebuilt(searched):
            self.stdout.write(f"{resource}: {count}")
