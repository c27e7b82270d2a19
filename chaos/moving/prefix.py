"""Print the last position of the log and its digest up to a position: `… prefix 1234`."""

import json
import sys

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    digest = import_string("chaos.moving.consistency.log_until")
    sys.stdout.write(json.dumps(digest(int(sys.argv[1]))) + "\n")
