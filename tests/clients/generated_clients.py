"""What generators make of the OpenAPI document: `python -m tests.clients.generated_clients`.

Each of four generators makes a client of what a served product answers at `/api/schema`; a strict
program is compiled with it and run against that product: it uploads a picture, lists with expand,
and tells a problem by its code. The document is linted, too. It takes minutes, so it stands beside
the suite; versions are pinned in `generators/package-lock.json` and below.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests import node
from tests.clients.packages import installed
from tests.clients.served import Server
from tests.migrated import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SOURCE = Path(__file__).with_name("generators")
PYTHON_GENERATOR = "openapi-python-client==0.29.1"
PICTURE = ROOT / "docs" / "images" / "dragon.png"
WANTED = {"listed": "dana", "uploaded": 360, "refused": "title"}


class Generators:
    """A folder with the document of a server, and the generators that read it."""

    def __init__(self, folder: Path, server: Server, token: str) -> None:
        self.folder = folder
        picture = b64encode(PICTURE.read_bytes()).decode()
        self.arguments = (server.address, token, picture)
        self.variables: Mapping[str, str] = {"HOLOBASE_URL": server.address}
        for source in SOURCE.iterdir():
            shutil.copy(source, folder)
        (folder / "node_modules").symlink_to(installed(SOURCE, "--ignore-scripts"))
        asked = httpx.get(f"{server.address}/api/schema?format=json", timeout=120)
        (folder / "openapi.json").write_bytes(asked.raise_for_status().content)

    def node(self, program: str, *arguments: str) -> str:
        """Run a program of Node's in the folder; return what it says."""
        return self.run(node.NODE, program, *arguments)

    def package(self, path: str, *arguments: str) -> str:
        """Run a program of a package."""
        return self.node(f"node_modules/{path}", *arguments)

    def run(self, *command: str) -> str:
        """Run a command in the folder; raises AssertionError with what it says when it fails."""
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env={**node.ENVIRONMENT, **self.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{' '.join(command)[:200]}\n{ran.stdout[-8000:]}"
        return ran.stdout

    def compiled(self, program: str) -> str:
        """Compile a TypeScript program strictly, then run it; return its last line."""
        compiler = "node_modules/typescript/bin/tsc"
        listed = json.loads((self.folder / "tsconfig.json").read_text())
        chosen = self.folder / f"tsconfig.{program}.json"
        chosen.write_text(json.dumps(listed | {"include": [f"{program}.ts"]}))
        self.node(compiler, "-p", chosen.name, "--noEmit")
        bundle = f"{program}.mjs"
        options = ("--bundle", "--platform=node", "--format=esm", f"--outfile={bundle}")
        self.run("node_modules/esbuild/bin/esbuild", f"{program}.ts", *options)
        return self.node(bundle, *self.arguments).splitlines()[-1]


def lint(generators: Generators) -> str:
    """Hold the document to the rules of redocly."""
    shutil.copy(ROOT / "docs" / "redocly.yaml", generators.folder)
    return generators.package("@redocly/cli/bin/cli.js", "lint", "openapi.json")


def by_openapi_typescript(generators: Generators) -> str:
    """Generate, compile and run."""
    generators.node("openapi-typescript.mjs")
    return generators.compiled("by-openapi-typescript")


def by_hey_api(generators: Generators) -> str:
    """Generate, compile and run."""
    generators.package("@hey-api/openapi-ts/bin/run.js")
    return generators.compiled("by-hey-api")


def by_orval(generators: Generators) -> str:
    """Generate, compile and run."""
    generators.package("orval/dist/bin/orval.mjs", "--config", "orval.config.mjs")
    return generators.compiled("by-orval")


def by_openapi_python_client(generators: Generators) -> str:
    """Generate, check the types and run; every module that it made is imported, too."""
    python = str(generators.folder / "python" / "bin" / "python")
    generators.run(sys.executable, "-m", "venv", "python")
    generators.run(python, "-m", "pip", "install", "--quiet", PYTHON_GENERATOR)
    made = ("--path", "openapi.json", "--meta", "none", "--output-path", "holobase_client")
    generators.variables = {
        **generators.variables,
        "PATH": f"{generators.folder / 'python' / 'bin'}{os.pathsep}{node.ENVIRONMENT['PATH']}",
    }
    generators.run(python, "-m", "openapi_python_client", "generate", *made)
    program = generators.folder / "by_openapi_python_client.py"
    shutil.copy(f"{program}.txt", program)
    checked = ("--strict", "--follow-imports=silent", f"--python-executable={python}")
    generators.run(sys.executable, "-m", "mypy", *checked, program.name)
    walk = (
        "import importlib, pkgutil, holobase_client as made\n"
        "for module in pkgutil.walk_packages(made.__path__, 'holobase_client.'):\n"
        "    importlib.import_module(module.name)\n"
    )
    generators.run(python, "-c", walk)
    return generators.run(python, program.name, *generators.arguments).splitlines()[-1]


GENERATORS: tuple[Callable[[Generators], str], ...] = (
    by_openapi_typescript,
    by_hey_api,
    by_orval,
    by_openapi_python_client,
)


def main() -> int:
    """Try all of them; return 1 where one falls short."""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as made:
        server = Server(Path(data), "")
        server.start()
        try:
            token = server.members("dana", seconds=3600)["dana"]["access"]
            generators = Generators(Path(made), server, token)
            _say(f"redocly: {lint(generators).strip().splitlines()[-1]}")
            outcomes = [_tried(each, generators) for each in GENERATORS]
        finally:
            server.end(signal.SIGTERM)
    return 0 if all(outcomes) else 1


def _tried(generator: Callable[[Generators], str], generators: Generators) -> bool:
    try:
        told = json.loads(generator(generators))
    except AssertionError as failure:
        _say(f"{generator.__name__}: {failure}")
        return False
    _say(f"{generator.__name__}: {told}")
    return bool(told == WANTED)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
