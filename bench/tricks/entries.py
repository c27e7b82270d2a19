"""The tricks that one process can tell apart: each with the plain way that it replaces."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.tricks import in_process as load
from bench.tricks import plain_ways as plain
from bench.tricks.plain_ways import recompiled, replaced, together, uncached
from resources.documents.embedding import EmbeddedDocument
from server.costly_lane import CostlyLane

if TYPE_CHECKING:
    from bench.tricks.plain_ways import Swap

KEPT = "tests/config/test_kept_answers.py"
BOTH = "tests/contract/test_both_paths_agree.py"
PLANS = "tests/resources/test_plans.py"
VALIDATING = "tests/resources/test_validating.py"
COMMITS = "tests/config/test_shared_commits.py"


@dataclass(frozen=True)
class Trick:
    """A trick, the file that it is in, the plain way, and the test that holds both equal.

    `swap` is a context in which the plain way is used; `workload` is the request that gains most.
    """

    name: str
    file: str
    plain: str
    workload: str
    swap: Swap
    test: str


TRICKS = (
    Trick(
        "nothing (the error of the measurement)",
        "",
        "the same",
        load.FIRST,
        nullcontext,
        "",
    ),
    Trick(
        "response cache",
        "resources/execution/response_cache.py",
        "a query for each request",
        load.FIRST,
        replaced("resources.execution.response_cache.ResponseCache.find", lambda _self, _key: None),
        KEPT,
    ),
    Trick(
        "actor cache",
        "resources/http/actor_cache.py",
        "session and account read for each request",
        load.SIGNED,
        together(
            replaced("resources.http.actor_cache.ActorCache.actor", plain.read_each_time),
            replaced("resources.http.actor_cache.ActorCache.known_actor", plain.known_stranger),
        ),
        KEPT,
    ),
    Trick(
        "cached responses found before all steps",
        "server/read_executor.py",
        "found by a step, in the client's language",
        load.FIRST,
        replaced("server.read_executor.ReadExecutor.cached", lambda _self, _exchange: None),
        KEPT,
    ),
    Trick(
        "verified tokens",
        "users/tokens.py",
        "a signature checked whenever the actor is read",
        load.RETURNED,
        uncached("users.tokens._verified"),
        "tests/users",
    ),
    Trick(
        "SQLite inline",
        "resources/execution/inline_sqlite.py",
        "each query in a thread",
        load.RECORD,
        replaced("server.read_executor.ReadExecutor._once", plain.in_thread),
        "tests/config/test_reads_in_the_loop.py",
    ),
    Trick(
        "one look for commits a turn of the loop",
        "server/read_executor.py",
        "a look for each request",
        load.FIRST,
        replaced("server.read_executor.ReadExecutor.look", plain.look_each_time),
        KEPT,
    ),
    Trick(
        "shared costly reads",
        "server/costly_lane.py",
        "each who asks has a query of its own",
        load.COSTLY,
        replaced("server.costly_lane.CostlyLane.run", plain.costly_alone(CostlyLane.run)),
        "tests/config/test_costly_reads.py",
    ),
    Trick(
        "compiled plans by shape",
        "resources/query/plans.py",
        "the ORM compiles each query",
        load.PAGE,
        replaced("resources.query.plans.known_plan", plain.compile_each_time),
        PLANS,
    ),
    Trick(
        "constants written into SQL",
        "resources/query/plans.py",
        "sent as parameters",
        load.PAGE,
        recompiled(replaced("resources.query.plans.inlined", plain.parameters_apart)),
        PLANS,
    ),
    Trick(
        "documents by CONCAT",
        "resources/documents/sql.py",
        "JSON_OBJECT, which reads stored JSON again",
        load.LAYERED,
        recompiled(plain.json_object),
        BOTH,
    ),
    Trick(
        "documents of pictures written once in a statement",
        "resources/documents/embedding.py",
        "at each place, in statements of which the driver keeps none that is long",
        load.MEMBERS,
        recompiled(
            replaced(
                "resources.documents.embedding.EmbeddedDocument.as_sqlite",
                EmbeddedDocument.as_postgresql,
            )
        ),
        PLANS,
    ),
    Trick(
        "list queries that were read",
        "resources/query/parsing.py",
        "read for each request",
        load.EXPANDED,
        replaced("resources.query.parsing._queries.get", lambda _key: None),
        BOTH,
    ),
    Trick(
        "record queries that were read",
        "resources/query/parsing.py",
        "read for each request",
        load.CHOSEN,
        together(
            uncached("resources.http.reads.view_selection"),
            uncached("resources.execution.reader.view_selection"),
        ),
        BOTH,
    ),
    Trick(
        "selections that were read",
        "resources/query/selection.py",
        "read for each new query",
        load.CHOSEN_PAGE,
        uncached("resources.query.list_query.selection"),
        "tests/resources/test_selecting.py",
    ),
    Trick(
        "filters that were read",
        "resources/query/filters/parser.py",
        "read for each new query",
        load.NARROWED,
        uncached("resources.query.filters.parameters.parse"),
        "tests/resources/test_filters.py",
    ),
    Trick(
        "plain queries stand in links as they came",
        "resources/query/parsing.py",
        "taken apart and put together",
        load.PAGE,
        replaced("resources.query.parsing.PLAIN_QUERY", re.compile("(?!)")),
        PLANS,
    ),
    Trick(
        "allowed hosts",
        "server/hosts.py",
        "checked for each request",
        load.FIRST,
        uncached("server.hosts._is_allowed"),
        "tests/config/test_fast_path_and_django.py",
    ),
    Trick(
        "networks of addresses",
        "resources/http/client_networks.py",
        "read for each request",
        load.FIRST,
        uncached(
            "resources.http.client_networks._network",
            "resources.http.client_networks._is_in",
            "resources.http.client_networks._parsed",
        ),
        "tests/resources/test_client_networks.py",
    ),
    Trick(
        "line of a request without a log record",
        "server/logs.py",
        "Logger.info",
        load.FIRST,
        replaced("server.envelope.Envelope.log", plain.django_log),
        "tests/config/test_log_lines.py",
    ),
    Trick(
        "log lines gathered",
        "server/logs.py",
        "logging.StreamHandler",
        load.FIRST,
        plain.line_by_line,
        "tests/config/test_reads_in_the_loop.py",
    ),
    Trick(
        "log lines gathered, by ourselves",
        "server/logs.py",
        "logging.handlers.QueueHandler and QueueListener",
        load.FIRST,
        plain.queued,
        "tests/config/test_reads_in_the_loop.py",
    ),
    Trick(
        "requests told to metrics a thousand at a time",
        "server/request_metrics.py",
        "each by itself",
        load.FIRST,
        replaced("server.request_metrics.MOST_GATHERED", 1),
        "tests/config/test_request_metrics.py",
    ),
    Trick(
        "windows known to be full",
        "resources/http/throttles.py",
        "counted again for each request",
        load.REFUSED,
        replaced("resources.http.throttles._full.get", lambda _key: None),
        "tests/config/test_address_limits.py",
    ),
    Trick(
        "throttles of paths",
        "server/address_limits.py",
        "the URL resolved for each request",
        load.REFUSED,
        uncached("server.address_limits._throttles"),
        "tests/config/test_address_limits.py",
    ),
    Trick(
        "fast validation",
        "resources/writing/fast_validation.py",
        "DRF's fields",
        load.CREATE,
        replaced("resources.writing.inputs.RecordInput.taken", lambda _self, _data: None),
        VALIDATING,
    ),
    Trick(
        "one serializer a thread",
        "resources/writing/inputs.py",
        "one for each request",
        load.CREATE,
        replaced("resources.writing.inputs._serializer", plain.serializer_each_time),
        VALIDATING,
    ),
    Trick(
        "candidate rows",
        "resources/writing/candidate_row.py",
        "an instance that is not saved",
        load.CREATE,
        replaced("resources.writing.operations.candidate_row", plain.candidate_instance),
        "tests/resources/test_writes.py",
    ),
    Trick(
        "SQL of one row",
        "resources/row_sql.py",
        "the ORM inserts, updates and reads",
        load.CREATE,
        together(
            replaced("resources.row_sql.insert", plain.orm_insert),
            replaced("resources.row_sql.update", plain.orm_update),
            replaced("resources.row_sql.read", plain.orm_read),
            replaced("resources.row_sql.exists", plain.orm_exists),
        ),
        VALIDATING,
    ),
    Trick(
        "SQL that finds a row",
        "resources/row_sql.py (exists)",
        "QuerySet.exists",
        load.LIKE,
        replaced("resources.row_sql.exists", plain.orm_exists),
        "tests/cards",
    ),
    Trick(
        "instances filled without __init__",
        "resources/row_sql.py (build)",
        "model(**values)",
        load.CREATE,
        replaced("resources.row_sql.build", plain.orm_build),
        VALIDATING,
    ),
    Trick(
        "values adapted without their fields",
        "resources/row_sql.py (Column)",
        "Field.get_db_prep_save",
        load.CREATE,
        replaced("resources.row_sql._values", plain.adapted_by_fields),
        VALIDATING,
    ),
    Trick(
        "statements with SQLite's placeholders",
        "resources/dialects/sqlite.py",
        "written for each run, as Django does",
        load.CREATE,
        together(
            replaced("server.sqlite.connection.with_qmarks", plain.qmarks_each_time),
            replaced("resources.query.plans.with_qmarks", plain.qmarks_each_time),
        ),
        BOTH,
    ),
    Trick(
        "group commit",
        "server/write_executor.py",
        "a commit for each write",
        load.CREATE,
        replaced("server.write_executor.MOST_IN_A_GROUP", 1),
        COMMITS,
    ),
    Trick(
        "no savepoints in a group",
        "resources/connections.py (one_piece)",
        "savepoints",
        load.CREATE,
        replaced("server.write_executor.one_piece", nullcontext),
        COMMITS,
    ),
    Trick(
        "search entries gathered",
        "resources/search/index.py",
        "words entered row by row",
        load.CREATE,
        replaced("server.write_executor.search.gathered", nullcontext),
        "tests/resources/search/test_search.py",
    ),
)
