"""`manage.py doctor`: what is wrong with the set-up, and how to mend it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, override

from django.core.management.base import BaseCommand

from config.doctor.examination import CheckResult, examine, worst
from config.doctor.setup_check import State

if TYPE_CHECKING:
    from argparse import ArgumentParser

UNWELL = 1
"""Exit status if something fails; warnings are none."""


class Command(BaseCommand):
    """Examines the set-up."""

    help = "Say what is wrong with this set-up, why it matters and how to mend it."
    requires_system_checks = ()
    output_transaction = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="write one JSON object")

    @override
    def handle(self, *args: object, **options: object) -> None:
        results = []
        for result in examine():
            results.append(result)
            if not options["json"]:
                self._tell(result)
        state = worst(results)
        if options["json"]:
            checks = [result.as_json() for result in results]
            self.stdout.write(json.dumps({"state": state, "checks": checks}, indent=2))
        if state == State.FAIL:
            raise SystemExit(UNWELL)

    def _tell(self, result: CheckResult) -> None:
        styles = {State.OK: self.style.SUCCESS, State.FAIL: self.style.ERROR}
        style = styles.get(result.state, self.style.WARNING)
        self.stdout.write(f"{style(f'{result.state:8}')} {result.check.what}: {result.seen}")
        if result.state in (State.WARN, State.FAIL):
            self.stdout.write(f"         {result.check.why}\n         → {result.check.mend}")
