"""Fill an empty database for the fault test: `python -m chaos.faults.population 40`."""

import json
import sys

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    fill = import_string("chaos.faults.members.fill")
    sys.stdout.write(json.dumps(fill(int(sys.argv[1]))) + "\n")
