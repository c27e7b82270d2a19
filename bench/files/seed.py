"""Fill a fresh data folder with cards that have fronts: `python -m bench.files.seed folder`.

The folder holds the pictures. They are stored as they are: what is measured is not how they came.
"""

import json
import sys
from pathlib import Path

import django
from django.utils.module_loading import import_string

from config import env

if __name__ == "__main__":
    env.select_settings()
    django.setup()
    # Models can be imported only now.
    fill = import_string("bench.files.fronts.fill")
    sys.stdout.write(json.dumps(fill(sorted(Path(sys.argv[1]).glob("*.png")))) + "\n")
