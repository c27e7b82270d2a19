"""How the interpreter was built, which no setting makes up for later.

`./holo` runs this file by each interpreter that it finds, so it needs nothing but Python.
"""

from __future__ import annotations

import shlex
import sys
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PGO_FLAGS = ("-fprofile-use", "-fprofile-instr-use")
"""By GCC and by Clang: what `test.support.check_cflags_pgo` looks for."""
WITHOUT_PGO, DEBUG, FREE_THREADED = "built without PGO", "debug", "free-threaded"
SLOW = {WITHOUT_PGO, DEBUG, FREE_THREADED}


def build_traits(variables: Mapping[str, object] | None = None) -> list[str]:
    """Return in words what an interpreter was built with, given its `sysconfig` variables.

    Of profile-guided optimisation (PGO) nothing is said if they don't tell: Debian's Python is
    optimised by other means than the option of `configure`, so one at /usr may always be.
    """
    found = sysconfig.get_config_vars() if variables is None else variables
    options = shlex.split(str(found.get("CONFIG_ARGS") or ""))
    flags = str(found.get("PY_CFLAGS_NODIST") or "")
    linked = str(found.get("PY_LDFLAGS_NODIST") or "")
    has_pgo = "--enable-optimizations" in options or any(flag in flags for flag in PGO_FLAGS)
    traits = {
        "PGO": has_pgo,
        WITHOUT_PGO: options and not has_pgo and "--prefix=/usr" not in options,
        "LTO": "-flto" in linked,
        DEBUG: found.get("Py_DEBUG"),
        FREE_THREADED: found.get("Py_GIL_DISABLED"),
    }
    return [trait for trait, is_so in traits.items() if is_so]


if __name__ == "__main__":
    sys.exit(not SLOW.isdisjoint(build_traits()))
