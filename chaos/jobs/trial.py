"""One trial, on the database that the environment names: `python -m chaos.jobs.trial 10000 5 1`."""

import json
import sys

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    tried = import_string("chaos.jobs.killing.tried")
    outcome = tried(*map(int, sys.argv[1:4]))
    sys.stdout.write(json.dumps(outcome._asdict()) + "\n")
