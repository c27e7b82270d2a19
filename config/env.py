"""The one reader of environment variables: typed, strict, and a bad value names its variable."""

import os
import secrets
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from config import spelling
from config.formats import DIGITS, Format

PROJECT_DIR = Path(__file__).resolve().parent.parent
SETTINGS = "config.settings"
SETTINGS_VARIABLE = "DJANGO_SETTINGS_MODULE"
DATA_VARIABLE = "HOLOBASE_DATA"
ROLE_VARIABLE = "HOLOBASE_ROLE"
# Not HOLOBASE_PORT: Kubernetes sets that one itself for a service called `holobase`.
PORT_VARIABLE = "LISTEN_PORT"
METRICS_VARIABLE = "METRICS_FOLDER"
PROCESSES_VARIABLE = "SERVE_PROCESSES"
ROLES = ("all", "api", "realtime", "worker")
DATA_OPTION = "--data"
PORT_OPTION, PROCESSES_OPTION = "--port", "--processes"
DEFAULT_PORT = 8000
AUTO, MOST_PROCESSES = "auto", 64
HIGHEST_PORT = 65_535
WRONG_SETTINGS = 2
"""Exit status of a command whose settings cannot be used."""

ON = ("1", "true", "yes", "on")
OFF = ("0", "false", "no", "off")
HIGHEST = 1_000_000_000
MOST_SHOWN = 60
LEAST_SECRET = 22
"""Characters: 128 random bits in base64."""
LEAST_DISTINCT = 8
# Schemes whose addresses may name a socket or a file of this machine instead of a host.
LOCAL_SCHEMES = ("postgresql", "postgres", "unix", "sqlite")

known_names: set[str] = set()
"""Names of all variables that have been asked for: each is declared by being read."""


class VariableProblem(ValueError):
    """A setting from outside that cannot be used; the message opens with its name."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name


def text(name: str, default: str = "", form: Format | None = None) -> str:
    """Return the variable without surrounding white space; a blank one counts as unset."""
    known_names.add(name)
    given = os.environ.get(name, "").strip()
    if given and form and not form.fits(given):
        raise VariableProblem(name, f"expected {form.expected}, got {shown(given)}")
    return given or default


def flag(name: str, default: bool = False) -> bool:
    """Return a switch written as 1, true, yes, on or 0, false, no, off in any case."""
    given = text(name).lower()
    if not given:
        return default
    if given not in ON + OFF:
        raise VariableProblem(name, f"expected one of {', '.join(ON + OFF)}, got {shown(given)}")
    return given in ON


def integer(name: str, default: int, *, minimum: int = 0, maximum: int = HIGHEST) -> int:
    """Return a whole number from `minimum` to `maximum`."""
    given = text(name)
    return _whole_number(name, given, minimum, maximum) if given else default


def integers(name: str, default: Sequence[int], *, minimum: int, maximum: int) -> list[int]:
    """Return the whole numbers of a comma-separated list, in order, each once."""
    given = [_whole_number(name, word, minimum, maximum) for word in words(name)]
    return sorted(set(given or default))


def choice(name: str, choices: Collection[str], default: str) -> str:
    """Return one of the named choices, spelled exactly."""
    given = text(name, default)
    if given not in choices:
        raise VariableProblem(name, f"expected one of {', '.join(choices)}, got {shown(given)}")
    return given


def words(name: str, default: Sequence[str] = (), form: Format | None = None) -> list[str]:
    """Return the words of a comma-separated list, empty ones left out."""
    given = [word.strip() for word in text(name).split(",") if word.strip()]
    for word in given:
        if form and not form.fits(word):
            raise VariableProblem(name, f"expected {form.expected}, got {shown(word)}")
    return given or list(default)


def networks(name: str) -> list[str]:
    """Return the networks, or single addresses, of a comma-separated list."""
    given = words(name)
    for network in given:
        try:
            ip_network(network)
        except ValueError:
            problem = f"expected IP addresses or networks, got {shown(network)}"
            raise VariableProblem(name, problem) from None
    return given


def path[Default: Path | None](name: str, default: Default) -> Path | Default:
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


def require_strong(name: str) -> None:
    """Raise VariableProblem if a secret, or one of several, is given that could be guessed."""
    for word in secret(name).replace(",", " ").split():
        if len(word) < LEAST_SECRET or len(set(word)) < LEAST_DISTINCT:
            problem = f"expected {LEAST_SECRET} random characters or more (openssl rand -hex 32)"
            raise VariableProblem(name, problem)


def url(name: str, default: str = "", *, schemes: Collection[str] = ()) -> str:
    """Return an address with a scheme; it may carry a password, so NAME_FILE works too."""
    given = secret(name)
    if not given:
        return default
    try:
        parts = urlsplit(given)
        place = parts.hostname or (parts.path if parts.scheme in LOCAL_SCHEMES else "")
        usable = bool(parts.scheme and place) and parts.port != 0 and given.isprintable()
    except ValueError:
        usable = False
    if not usable or " " in given:
        example = f"{next(iter(schemes), 'scheme')}://host:port/path"
        raise VariableProblem(name, f"expected an address such as {example}")
    if schemes and parts.scheme not in schemes:
        raise VariableProblem(name, f"expected {' or '.join(schemes)}://, got {parts.scheme}://")
    return given


def site(name: str, default: str = "") -> str:
    """Return the address of a web site, to which paths are added: no slash at its end."""
    given = url(name, default, schemes=("https", "http"))
    parts = urlsplit(given)
    if "?" in given or "#" in given or parts.username is not None:
        raise VariableProblem(name, "expected an address without query, fragment and password")
    return given.rstrip("/")


def require(name: str, problem: str, *, unless: bool) -> None:
    """Raise VariableProblem where variables contradict each other."""
    if not unless:
        raise VariableProblem(name, problem)


def require_known() -> None:
    """Raise VariableProblem for a variable that looks like one of ours, misspelled.

    To be called once everything is read. What belongs to other programs passes, and so does
    whatever looks like a variable that is set besides.
    """
    unset = known_names - os.environ.keys()
    for name in sorted(os.environ.keys() - known_names):
        meant = spelling.meant(name, unset)
        if meant:
            raise VariableProblem(name, f"is no variable of ours: did you mean {meant}?")


def data_dir() -> Path:
    """Return the folder that holds everything this installation writes."""
    return path(DATA_VARIABLE, PROJECT_DIR / "data")


def require_folder(name: str, folder: Path) -> None:
    """Raise VariableProblem if nothing can be written into a folder, which is made if need be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise VariableProblem(
            name, f"expected a folder: {os.strerror(failure.errno or 0)}"
        ) from failure
    if not os.access(folder, os.W_OK | os.X_OK):
        raise VariableProblem(name, "expected a folder that can be written to")


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
        raise VariableProblem(
            name, f"is not set and cannot be kept: {failure.strerror}"
        ) from failure
    return _read_secret(name, file)


def generated_secrets(name: str) -> list[str]:
    """Return secrets, the newest first, that are given or kept as `generated_secret` does."""
    return [word for word in generated_secret(name).replace(",", " ").split() if word]


def is_generated(name: str) -> bool:
    """Return whether a secret is kept in the data folder rather than given from outside."""
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
    """Set the role of this process and of those it starts."""
    os.environ[ROLE_VARIABLE] = role


def adopt_metrics_folder(folder: Path) -> None:
    """Tell the processes that this one starts where they share their metrics."""
    os.environ[METRICS_VARIABLE] = str(folder)


def for_child(**further: str) -> dict[str, str]:
    """Return the environment of a program that this process starts, with further variables."""
    return {**os.environ, **further}


def select_settings() -> None:
    """Tell Django which settings to load, unless the environment already does."""
    os.environ.setdefault(SETTINGS_VARIABLE, SETTINGS)


def adopt_options(argv: Sequence[str]) -> list[str]:
    """Put `--data`, `--port` and `--processes`, which settings depend on, into the environment.

    Returns what the command itself has to parse: all but the folder. Raises VariableProblem.
    """
    remaining: list[str] = []
    arguments = iter(argv)
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if option not in ADOPTED:
            remaining.append(argument)
            continue
        value = value if equals else next(arguments, "")
        ADOPTED[option](value)
        remaining += [option, value] if option != DATA_OPTION else []
    return remaining


@contextmanager
def problems_reported() -> Iterator[None]:
    """End the process with one line on standard error for each variable that cannot be used."""
    try:
        yield
    except VariableProblem as first:
        for problem in _all_problems(first):
            sys.stderr.write(f"holo: {problem}\n")
        raise SystemExit(WRONG_SETTINGS) from None


def require_settings() -> None:
    """Load the settings of the product; raises VariableProblem."""
    select_settings()
    name = os.environ[SETTINGS_VARIABLE]
    try:
        is_there = find_spec(name) is not None
    except (ImportError, ValueError):
        is_there = False
    if not is_there:
        raise VariableProblem(SETTINGS_VARIABLE, f"there is no module {shown(name)}")
    import_module(name)


def _all_problems(first: VariableProblem) -> Iterator[VariableProblem]:
    """Yield what else is wrong, too: settings are loaded again without what is wrong already."""
    problem: VariableProblem | None = first
    while problem:
        yield problem
        if os.environ.pop(problem.name, None) is None:
            return
        try:
            require_settings()
            problem = None
        except VariableProblem as next_one:
            problem = next_one


def _adopt_folder(folder: str) -> None:
    if not folder or folder.startswith("-"):
        raise VariableProblem(DATA_OPTION, "expected a folder")
    os.environ[DATA_VARIABLE] = str(Path(folder).expanduser().absolute())


def _adopt_port(port: str) -> None:
    os.environ[PORT_VARIABLE] = str(_whole_number(PORT_OPTION, port, 1, HIGHEST_PORT))


def _adopt_processes(count: str) -> None:
    if count != AUTO:
        count = str(_whole_number(PROCESSES_OPTION, count, 1, MOST_PROCESSES))
    os.environ[PROCESSES_VARIABLE] = count


ADOPTED = {
    DATA_OPTION: _adopt_folder,
    PORT_OPTION: _adopt_port,
    PROCESSES_OPTION: _adopt_processes,
}


def _whole_number(name: str, given: str, minimum: int, maximum: int) -> int:
    if not DIGITS.fullmatch(given):
        raise VariableProblem(name, f"expected a whole number, got {shown(given)}")
    # Numbers with thousands of digits are refused by `int` itself.
    number = int(given) if len(given) < len(str(HIGHEST)) + 2 else HIGHEST + 1
    if not minimum <= number <= maximum:
        raise VariableProblem(name, f"expected {minimum} to {maximum}, got {shown(given)}")
    return number


def shown(given: str) -> str:
    """Quote a value on one line, cut if it is long."""
    return ascii(given if len(given) <= MOST_SHOWN else f"{given[:MOST_SHOWN]}...")


def _read_secret(name: str, file: Path) -> str:
    try:
        content = file.read_text(encoding="utf-8").strip()
    except OSError as failure:
        raise VariableProblem(name, f"cannot be read: {failure.strerror}") from failure
    except UnicodeDecodeError as failure:
        raise VariableProblem(name, "names a file that is no text") from failure
    if not content:
        raise VariableProblem(name, f"names a file that is empty: {shown(str(file))}")
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
