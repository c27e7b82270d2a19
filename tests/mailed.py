"""What a served product has mailed, where mails are left in a folder."""

import re
from pathlib import Path
from time import monotonic, sleep


def mailed_code(folder: Path) -> str:
    """Wait for the mail that the worker leaves in a folder, and read the code in it."""
    until = monotonic() + 60
    while True:
        for letter in folder.glob("*.log"):
            code = re.search(r"^    (\d{8})$", letter.read_text(), re.MULTILINE)
            if code:
                return code[1]
        assert monotonic() < until, "no mail came"
        sleep(0.1)
