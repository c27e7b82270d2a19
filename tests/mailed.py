"""What a served product has mailed, where mails are left in a folder."""

import re
from pathlib import Path
from time import monotonic, sleep


def mailed_code(folder: Path, to: str = "") -> str:
    """Wait for the mail that the worker leaves in a folder, and read the code in it.

    With several mails in the folder, `to` is an address that the right one names.
    """
    until = monotonic() + 60
    while True:
        for letter in folder.glob("*.log"):
            text = letter.read_text()
            code = re.search(r"^    (\d{8})$", text, re.MULTILINE)
            if code and to in text:
                return code[1]
        assert monotonic() < until, "no mail came"
        sleep(0.1)
