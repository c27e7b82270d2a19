"""`manage.py why`: which part of a rule lets somebody do something, or keeps them from it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, override
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model
from django.utils.module_loading import import_string

from resources import registry
from resources.actors import ANONYMOUS, Actor
from resources.declaration import VERBS
from resources.rules import Rule


class Command(BaseCommand):
    """Explains a rule's answer for one actor and one record."""

    help = "Explain why somebody can or can't do something: why <user id|anonymous> view cards <id>"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("actor", help="a user's id, or “anonymous”")
        parser.add_argument("verb", choices=VERBS)
        parser.add_argument("resource")
        parser.add_argument("record", type=UUID)

    @override
    def handle(self, *args: object, **options: Any) -> None:
        resource = registry.named(options["resource"])
        if resource is None:
            raise CommandError(f"There is no resource “{options['resource']}”.")
        row = resource.model._default_manager.filter(pk=options["record"]).first()
        if row is None:
            raise CommandError("There is no such record.")
        for line in explained(resource.rule(options["verb"]), _actor(options["actor"]), row):
            self.stdout.write(line)


def explained(rule: Rule, actor: Actor, row: Model, depth: int = 0) -> Iterator[str]:
    """Return a line for the rule and, indented, one for each of its parts."""
    verdict = "yes" if rule.permits(actor, row) else "no "
    yield f"{'  ' * depth}{verdict}  {rule.words()}"
    for part in rule.parts():
        yield from explained(part, actor, row, depth + 1)


def _actor(text: str) -> Actor:
    if text == "anonymous":
        return ANONYMOUS
    find = import_string(settings.RESOURCES_ACTOR_OF_USER)
    try:
        actor: Actor | None = find(UUID(text))
    except ValueError:
        raise CommandError("The actor must be a user's id, or “anonymous”.") from None
    if actor is None:
        raise CommandError("There is no active account with this id.")
    return actor
