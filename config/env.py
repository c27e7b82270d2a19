"""The one reader of environment variables: typed, strict, and a bad value names its variable."""

import os
import secrets
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import urlsplit

PROJECT_DIR = Path(__file__).resolve().parent.parent
DATA_VARIABLE = "HOLOBASE_DATA"
ROLE_VARIABLE = "HOLOBASE_ROLE"
ROLES = ("all", "api", "realtime", "worker")
DATA_OPTION = "--data"

ON = ("1", "true", "yes", "on")
OFF = ("0", "false", "no", "off")


class VariableProblem(ValueError):
    """A setting from outside that cannot be used; the message opens with its name."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding white space; a blank one counts as unset."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return a switch written as 1, true, yes, on or 0, false, no, off in any case."""
    given = text(name).lower()
    if not given:
        return default
    if given not in ON + OFF:
        raise VariableProblem(name, f"expected one of {', '.join(ON + OFF)}, got {given!r}")
    return given in ON


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    """Return a whole number that is not below `minimum`."""
    given = text(name)
    if not given:
        return default
    try:
        number = int(given)
    except ValueError:
        raise VariableProblem(name, f"expected a whole number, got {given!r}") from None
    if number < minimum:
        raise VariableProblem(name, f"expected at least {minimum}, got {number}")
    return number


def choice(name: str, choices: Collection[str], default: str) -> str:
    """Return one of the named choices, spelled exactly."""
    given = text(name, default)
    if given not in choices:
        raise VariableProblem(name, f"expected one of {', '.join(choices)}, got {given!r}")
    return given


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return the words of a comma-separated list, empty ones left out."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def path(name: str, default: Path) -> Path:
    """Return an absolute path; a relative one starts at the caller's working folder."""
    given = text(name)
    return Path(given).expanduser().absolute() if given else default


def secret(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE points to."""
    given, file = text(name), text(f"{name}_FILE")
    if given and file:
        raise VariableProblem(name, f"is set twice: also by {name}_FILE")
    if file:
        return _read_secret(f"{name}_FILE", Path(file).expanduser())
    return given or default


def url(name: str, default: str = "", *, schemes: Collection[str] = ()) -> str:
    """Return an address with a scheme; it may carry a password, so NAME_FILE works too."""
    given = secret(name)
    if not given:
        return default
    try:
        parts = urlsplit(given)
        usable = bool(parts.scheme and (parts.hostname or parts.path)) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise VariableProblem(name, "expected an address such as scheme://host:port/path")
    if schemes and parts.scheme not in schemes:
        raise VariableProblem(name, f"expected {' or '.join(schemes)}://, got {parts.scheme}://")
    return given


def data_dir() -> Path:
    """Return the folder that holds everything this installation writes."""
    return path(DATA_VARIABLE, PROJECT_DIR / "data")


def generated_secret(name: str) -> str:
    """Return a secret that is given from outside, or made once and kept in the data folder."""
    given = secret(name)
    if given:
        return given
    folder = data_dir() / "secrets"
    file = folder / name.lower()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            _create_once(file, secrets.token_urlsafe(48))
    except OSError as failure:
        raise VariableProblem(name, f"is not set and cannot be kept: {failure}") from failure
    return _read_secret(name, file)


def generated_secrets(name: str) -> list[str]:
    """Return secrets, the newest first, that are given or kept as `generated_secret` does."""
    return [word for word in generated_secret(name).replace(",", " ").split() if word]


def is_generated(name: str) -> bool:
    """Tell whether a secret is kept in the data folder rather than given from outside."""
    return not secret(name)


def add_generated_secret(name: str) -> None:
    """Put a new secret in front of those kept in the data folder."""
    kept = generated_secrets(name)
    file = data_dir() / "secrets" / name.lower()
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".new-")  # mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write("\n".join([secrets.token_urlsafe(48), *kept]))
    Path(draft).replace(file)


def adopt_role(role: str) -> None:
    """Give this process and those it starts a role."""
    os.environ[ROLE_VARIABLE] = role


def select_settings() -> None:
    """Tell Django which settings to load, unless the environment already does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def adopt_options(argv: Sequence[str]) -> list[str]:
    """Move `--data DIR` from a command line into the environment; return the other arguments."""
    remaining: list[str] = []
    arguments = iter(argv)
    for argument in arguments:
        option, equals, folder = argument.partition("=")
        if option != DATA_OPTION:
            remaining.append(argument)
            continue
        folder = folder if equals else next(arguments, "")
        if not folder or folder.startswith("-"):
            raise VariableProblem(DATA_OPTION, "expected a folder")
        os.environ[DATA_VARIABLE] = str(Path(folder).expanduser().absolute())
    return remaining


def _read_secret(name: str, file: Path) -> str:
    try:
        content = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise VariableProblem(name, f"cannot be read: {failure}") from failure
    if not content:
        raise VariableProblem(name, f"{file} is empty")
    return content


def _create_once(file: Path, content: str) -> None:
    """Write the file whole or not at all; whoever comes second keeps the first one's content."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content)
        # Unlike a rename, a hard link never replaces what another process has just written.
        file.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
