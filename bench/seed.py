"""Fill a fresh data folder for a benchmark: `python -m bench.seed 20000`."""

import json
import sys

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    fill = import_string("bench.rows.fill")
    sys.stdout.write(json.dumps(fill(int(sys.argv[1]))) + "\n")
