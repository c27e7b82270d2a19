"""Every TypeScript example of the guides, compiled as strictly as the client itself."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import node
from tests.guides.exchanges import BLOCK, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.embedded

FILE = re.compile(r"// (\S+\.tsx?)\b.*\n")
# As much of Next.js as the guides use; all of it would be 200 MB, against which
# `python -m tests.clients.first_site` compiles the same files.
NEXT = """
declare module 'next' {
  export interface NextConfig {
    rewrites?: () => Promise<{ source: string; destination: string }[]>;
  }
}
declare module 'next/server' {
  interface Cookies {
    get(name: string): { value: string } | undefined;
    set(name: string, value: string, options?: object): this;
  }
  export interface NextRequest extends Request { cookies: Cookies }
  export class NextResponse extends Response {
    static next(init?: { request?: { headers: Headers } }): NextResponse;
    cookies: Cookies;
  }
}
declare module 'next/headers' {
  export function cookies(): Promise<{ get(name: string): { value: string } | undefined }>;
}
"""
CONFIGURATION = {
    "extends": "../tsconfig.json",
    "compilerOptions": {
        "lib": ["ES2022", "DOM", "DOM.Iterable"],
        "module": "ESNext",
        "moduleResolution": "bundler",
        "jsx": "react-jsx",
        "noEmit": True,
        "noUnusedLocals": False,
        "rootDir": "..",
    },
    "include": ["."],
}


def files_of(guide: Path) -> dict[str, str]:
    """Return a guide's TypeScript by file: those that blocks begin with, and one for the others."""
    files: dict[str, str] = {}
    for kind, text in BLOCK.findall(guide.read_text()):
        if kind in ("ts", "tsx"):
            named = FILE.match(text)
            name = f"{guide.stem}/{named[1] if named else f'examples-{kind}.{kind}'}"
            files[name] = files.get(name, "") + text + "\n"
    return files


def compiled(client: Path, files: dict[str, str]) -> str:
    """Compile files in the client's folder; return what the compiler complains of."""
    folder = client / "guides"
    for name, text in {"next.d.ts": NEXT, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text if name.endswith(".d.ts") else f"{text}export {{}};\n")
    (folder / "tsconfig.json").write_text(json.dumps(CONFIGURATION))
    compiler = client / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        [node.NODE, compiler], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_what_the_guides_write_compiles(client: Path) -> None:
    files = {name: text for guide in FOLDER.glob("*.md") for name, text in files_of(guide).items()}
    assert len(files) > 10
    slip = "import { createClient } from 'holobase';\ncreateClient({ url: '' }).cards.lst();\n"
    wrong = {"wrong.ts": slip}
    told = compiled(client, files | wrong).splitlines()
    assert [line for line in told if not line.startswith("wrong.ts")] == []
    assert any("'lst' does not exist" in line for line in told), "the compiler looks at them"
