#!/usr/bin/env python
"""Pass a command line to Django, after taking out the options that settings depend on."""

import gc
import sys

import django
from django.core.management import execute_from_command_line

from config import env
from server.garbage import look_seldom
from server.private_files import restrict_new_files


def main() -> None:
    """Run one command; a variable that cannot be used ends it with one line."""
    restrict_new_files()
    with env.problems_reported():
        arguments = env.adopt_options(sys.argv)
        set_up()
        execute_from_command_line(arguments)


def set_up() -> None:
    """Load the settings and set up Django, without a search for garbage in what is imported."""
    gc.disable()
    env.require_settings()
    django.setup()
    look_seldom()
    gc.enable()


if __name__ == "__main__":
    main()
