#!/usr/bin/env python
"""Hand a command line to Django, after taking out the options that settings depend on."""

import sys

from django.core.management import execute_from_command_line

from config import env


def main() -> None:
    """Run one command; a variable that cannot be used ends it with one line."""
    env.select_settings()
    try:
        execute_from_command_line(env.adopt_options(sys.argv))
    except env.VariableProblem as problem:
        sys.exit(f"holo: {problem}")


if __name__ == "__main__":
    main()
