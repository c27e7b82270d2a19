"""PostgreSQL as Django is to be told of it."""

from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg.pq import Conninfo

from config.env import VariableProblem

NAME = "DATABASE_URL"
# A network that swallows everything is noticed in half a minute rather than in two hours.
PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def database(url: str, most_connections: int) -> dict[str, object]:
    """Describe the database at `postgresql://user:password@host:port/name?option=value`.

    Options are those of libpq. Raises VariableProblem, which never quotes the password.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.strip("/"))
    if not name:
        raise VariableProblem(NAME, "expected a database's name, as in …@host:5432/name")
    pool = {"min_size": 1, "max_size": most_connections, "timeout": 10}
    return {
        "ENGINE": "server.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or 5432,
        "OPTIONS": {"pool": pool, **PATIENCE, **_options(parts.query)},
    }


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    for name in sorted(options.keys() - known):
        raise VariableProblem(NAME, f"PostgreSQL has no option {name!r}")
    if options.get("sslmode", "prefer") not in SSL_MODES:
        raise VariableProblem(NAME, f"expected sslmode to be one of {', '.join(SSL_MODES)}")
    return options
