"""nginx, two api, two realtime and a worker process over PgBouncer, PostgreSQL, Valkey and S3."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from chaos.faults.cluster import Process, environment_without_backends, wait_until_up
from chaos.partners.topologies import Partner, backends
from tests.servers import HOST, Server, ServerProblem, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
NGINX = ROOT / "deploy" / "nginx" / "holobase.conf.template"
PROGRAMS = ("nginx", "pgbouncer")
ROLES = ("api", "api", "realtime", "realtime", "worker")
DEFAULTS: dict[str, str] = {}
POOLER = """[databases]
holobase = host={host} port={port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = {here}
listen_port = {pooler_port}
unix_socket_dir =
auth_type = any
pool_mode = session
max_client_conn = 400
default_pool_size = 180
ignore_startup_parameters = options,extra_float_digits
server_login_retry = 1
"""


class Topology:
    """Everything that runs; `front` is where clients come in, `partners` are servers of others'."""

    def __init__(self, folder: Path, front_port: int, processes: list[Process]) -> None:
        self.folder = folder
        self.front = f"{HOST}:{front_port}"
        self.processes = processes
        self.partners: list[Partner] = []

    def manage(self, *command: str) -> None:
        """Run a command of Holobase."""
        _manage(self.processes[0].environment, *command)

    def of_role(self, role: str) -> list[Process]:
        """Return the processes of a role."""
        return [process for process in self.processes if process.role == role]


@contextmanager
def running(folder: Path, settings: Mapping[str, str] = DEFAULTS) -> Iterator[Topology]:
    """Run everything, each part once the ones below it answer; `settings` are Holobase's variables.

    Raises ServerProblem when a server does not start, or nginx or PgBouncer are not installed, and
    TimeoutError when a process of Holobase does not.
    """
    for program in PROGRAMS:
        _program(program)
    with ExitStack() as stack:
        partners, variables = stack.enter_context(backends(folder))
        front_port, pooler_port, *ports = free_ports(2 + len(ROLES))
        direct = variables["DATABASE_URL"]
        _manage(_environment(folder, variables), "migrate", "--verbosity=0")
        pooler = Partner("PgBouncer", _pooler(folder, direct, pooler_port))
        stack.callback(pooler.stop)
        pooler.start()
        pooled = f"postgresql://holobase@{HOST}:{pooler_port}/holobase"
        # A pooler takes no start-up options.
        through = {"DATABASE_URL": pooled, "STATEMENT_SECONDS": "0", "PROXIES": "1"}
        through["PUBLIC_URL"] = f"http://{HOST}:{front_port}"
        environment = _environment(folder, {**variables, **through, **settings})
        processes = [
            Process(role, port, folder, environment)
            for role, port in zip(ROLES, ports, strict=True)
        ]
        for process in processes:
            stack.callback(process.end, signal.SIGTERM)
            process.start()
        # The worker listens nowhere; `/readyz` of the others tells of it.
        wait_until_up([process for process in processes if process.role != "worker"])
        topology = Topology(folder, front_port, processes)
        front = Partner("nginx", _front(topology))
        stack.callback(front.stop)
        front.start()
        topology.partners = [front, pooler, *partners]
        yield topology


def _program(name: str) -> str:
    """Return where a program is; raises ServerProblem."""
    found = shutil.which(name)
    if found is None:
        raise ServerProblem(f"Not installed: apt-get install {' '.join(PROGRAMS)}")
    return found


def _environment(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    kept = environment_without_backends()
    own = {"HOLOBASE_DATA": str(folder / "data"), "LOG_LEVEL": "WARNING", "SERVE_PROCESSES": "1"}
    return {**kept, **variables, **own}


def _manage(environment: dict[str, str], *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


def _pooler(folder: Path, direct: str, port: int) -> Server:
    """Describe PgBouncer in front of a database."""
    url = urlsplit(direct)
    place = folder / "pgbouncer"
    place.mkdir()
    configuration = place / "pgbouncer.ini"
    configuration.write_text(
        POOLER.format(
            host=url.hostname,
            port=url.port,
            name=url.path.lstrip("/"),
            user=url.username,
            password=url.password,
            here=HOST,
            pooler_port=port,
        )
    )
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # it refuses to run as root
    if account:
        for path in (folder, place, configuration):
            os.chown(path, account.pw_uid, account.pw_gid)
    return Server([_program("pgbouncer"), str(configuration)], place, account=account)


def _front(topology: Topology) -> Server:
    """Describe nginx by the template that `deploy` has for it."""
    place = topology.folder / "nginx"
    place.mkdir()
    servers = {
        f"{role.upper()}_SERVERS": "\n    ".join(
            f"server {process.address} max_fails=3 fail_timeout=2s;"
            for process in topology.of_role(role)
        )
        for role in ("api", "realtime")
    }
    site = Template(NGINX.read_text()).safe_substitute(servers, LISTEN=topology.front)
    paths = "".join(
        f"{kind}_temp_path {place}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"daemon off;\npid {place}/pid;\nerror_log {place}/error.log;\n"
        "worker_rlimit_nofile 8192;\nevents { worker_connections 4096; }\n"
        f"http {{\naccess_log off;\n{paths}{site}}}\n"
    )
    command = [_program("nginx"), "-p", str(place), "-c", str(place / "nginx.conf")]

    def answers() -> bool:
        try:
            return httpx.get(f"http://{topology.front}/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    return Server(command, place, is_ready=answers, stop_signal=signal.SIGTERM)
