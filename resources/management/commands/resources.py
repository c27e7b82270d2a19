"""`manage.py resources`: every resource and its rules in plain words."""

from typing import override

from django.core.management.base import BaseCommand

from resources import registry
from resources.declaration import VERBS, Resource


class Command(BaseCommand):
    """Prints every resource with its rules in plain words."""

    help = "Print every resource with its rules in plain words."

    @override
    def handle(self, *args: object, **options: object) -> None:
        for resource in registry.all_resources():
            self.stdout.write(self.style.MIGRATE_HEADING(f"{resource}"))
            for line in described(resource):
                self.stdout.write(f"  {line}")


def described(resource: Resource) -> list[str]:
    """Return the lines that describe one resource."""
    lines = [resource.description.splitlines()[0]] if resource.description else []
    lines += [f"{verb:8} {resource.rule(verb).words()}" for verb in VERBS]
    for name, rule in resource.readers.items():
        lines.append(f"{'read':8} {name}: {rule.words()}")
    for name, rule in resource.writers.items():
        lines.append(f"{'write':8} {name}: {rule.words()}")
    for action in resource.actions:
        lines.append(f"{action.method:8} {action.name}: {action.rule.words()}")
    return lines
