"""How often Python looks for reference cycles that nobody holds any more."""

import gc


def look_seldom() -> None:
    """Look at nothing that is there by now, which stays for good, and seldom at what comes."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
