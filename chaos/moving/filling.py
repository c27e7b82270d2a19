"""Fill a site for the tests of moves and backups: `python -m chaos.moving.filling 1000`."""

import json
import sys

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    fill = import_string("chaos.moving.rows.fill")
    sys.stdout.write(json.dumps(fill(int(sys.argv[1]))) + "\n")
