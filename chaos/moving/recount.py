"""Say what is wrong with a database by itself: `python -m chaos.moving.recount`.

Foreign keys, counters against what they count, the change log against the rows of which it tells.
"""

import json
import sys

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    problems = import_string("chaos.moving.consistency.problems")
    sys.stdout.write(json.dumps(list(problems())) + "\n")
