"""Fill an empty database for the test of counters: `python -m chaos.counters.stage 32`."""

import json
import sys

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    fill = import_string("chaos.counters.rows.fill")
    sys.stdout.write(json.dumps(fill(int(sys.argv[1]))) + "\n")
