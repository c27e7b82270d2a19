"""The one door of the engine for apps: whatever a domain app needs of it is here.

Apps import `resources.api` and, for their admin pages, `resources.admin`; nothing else of the
engine (import-linter holds that). So whatever is not named here can change freely.
"""

from resources import changes, erasure, feed, outgoing, registry, row_sql, search, spans, tracing
from resources.actors import ANONYMOUS, SYSTEM, Actor, Authentication
from resources.answers import JSON, HttpAnswer
from resources.byte_cache import ByteCache
from resources.changes import together
from resources.connections import waiting_migrations
from resources.declaration import FormerKeys, ListOption, RecordAction, Resource, actor
from resources.documents.completion import complete_by
from resources.documents.embedding import AddressStarts, embed
from resources.documents.member_schemas import member_document_errors, schema_error
from resources.documents.sentences import explain_pattern
from resources.documents.sql import Replaced
from resources.documents.validation import document_errors
from resources.errors import (
    MOVING,
    FieldError,
    Problem,
    bad_parameter,
    invalid,
    not_permitted,
    not_signed_in,
    not_visible,
    storage_full,
    unavailable,
)
from resources.execution.epochs import UNTRACKED_ONLY, epochs
from resources.execution.reader import (
    is_shown,
    is_visible,
    list_records,
    record_uuid,
    shown_plan,
    view_record,
)
from resources.execution.response_cache import EXACT_LIFETIME, NOTIFIED_LIFETIME
from resources.execution.run import run_plan
from resources.execution.table_cache import TableCache
from resources.fields import (
    DocumentField,
    RecordIdField,
    RelationListField,
    SortedCharField,
    TagsField,
)
from resources.http.authentication import actor_of_header, require_scope
from resources.http.bodies import JsonBody
from resources.http.client_networks import address_of_request, client_network
from resources.http.conditions import is_known
from resources.http.openapi.components import record_reference
from resources.http.throttles import (
    AddressThrottle,
    consume_points,
    consume_quota,
    note_limits,
    with_limits,
)
from resources.http.views import RecordView, actor_behind
from resources.ids import new_id
from resources.indexes import missing_last
from resources.jobs.context import JobContext
from resources.jobs.declaration import LATER, LONG, SOON, JobTask, Retry, job
from resources.jobs.outcomes import JobCancelled, PermanentFailure
from resources.jobs.schedules import Cron, Interval, schedule
from resources.jobs.steps import (
    WorkflowStep,
    call,
    run_job,
    sleep,
    sleep_until,
    wait_for_change,
    wait_for_signal,
)
from resources.jobs.workflows import send_signal, workflow
from resources.json_text import JsonError, JsonObject, read_json
from resources.log_consumers import LogConsumer, consume
from resources.models import Action, Change, Job, JobState, Record
from resources.ownership import mentions, owning_relations, rows_of
from resources.placeholders import Placeholder
from resources.progress import Progress, ProgressBar
from resources.query.plans import Plan, compiled
from resources.query.showing import showing_fields
from resources.query.sources import UNTRACKED
from resources.registry import register
from resources.rules import (
    ANYONE,
    SIGNED_IN,
    UNSILENCED,
    VERIFIED,
    Rule,
    UnreadCount,
    has_role,
    linked,
    narrowed,
    own,
    unlinked,
    visible,
    where,
)
from resources.sealing import (
    SealedField,
    blind_index,
    can_open,
    derived_keys,
    forget_keys,
    seal,
    sealed_columns,
    unseal,
    unsealed_document,
)
from resources.search.terms import folded_text, words_of
from resources.snapshots import read_snapshot
from resources.types import ModelField, Rows
from resources.visible_text import require_visible_line
from resources.writing.inputs import accept_as
from resources.writing.operations import require_match
from resources.writing.screening import ShownText, screen_by, screen_new_row, texts_of
from resources.writing.uploads import UPLOAD_PIECE_BYTES, UploadInput

__all__ = [
    "ANONYMOUS",
    "ANYONE",
    "EXACT_LIFETIME",
    "JSON",
    "LATER",
    "LONG",
    "MOVING",
    "NOTIFIED_LIFETIME",
    "SIGNED_IN",
    "SOON",
    "SYSTEM",
    "UNSILENCED",
    "UNTRACKED",
    "UNTRACKED_ONLY",
    "UPLOAD_PIECE_BYTES",
    "VERIFIED",
    "Action",
    "Actor",
    "AddressStarts",
    "AddressThrottle",
    "Authentication",
    "ByteCache",
    "Change",
    "Cron",
    "DocumentField",
    "FieldError",
    "FormerKeys",
    "HttpAnswer",
    "Interval",
    "Job",
    "JobCancelled",
    "JobContext",
    "JobState",
    "JobTask",
    "JsonBody",
    "JsonError",
    "JsonObject",
    "ListOption",
    "LogConsumer",
    "ModelField",
    "PermanentFailure",
    "Placeholder",
    "Plan",
    "Problem",
    "Progress",
    "ProgressBar",
    "Record",
    "RecordAction",
    "RecordIdField",
    "RecordView",
    "RelationListField",
    "Replaced",
    "Resource",
    "Retry",
    "Rows",
    "Rule",
    "SealedField",
    "ShownText",
    "SortedCharField",
    "TableCache",
    "TagsField",
    "UnreadCount",
    "UploadInput",
    "WorkflowStep",
    "accept_as",
    "actor",
    "actor_behind",
    "actor_of_header",
    "address_of_request",
    "bad_parameter",
    "blind_index",
    "call",
    "can_open",
    "changes",
    "client_network",
    "compiled",
    "complete_by",
    "consume",
    "consume_points",
    "consume_quota",
    "derived_keys",
    "document_errors",
    "embed",
    "epochs",
    "erasure",
    "explain_pattern",
    "feed",
    "folded_text",
    "forget_keys",
    "has_role",
    "invalid",
    "is_known",
    "is_shown",
    "is_visible",
    "job",
    "linked",
    "list_records",
    "member_document_errors",
    "mentions",
    "missing_last",
    "narrowed",
    "new_id",
    "not_permitted",
    "not_signed_in",
    "not_visible",
    "note_limits",
    "outgoing",
    "own",
    "owning_relations",
    "read_json",
    "read_snapshot",
    "record_reference",
    "record_uuid",
    "register",
    "registry",
    "require_match",
    "require_scope",
    "require_visible_line",
    "row_sql",
    "rows_of",
    "run_job",
    "run_plan",
    "schedule",
    "schema_error",
    "screen_by",
    "screen_new_row",
    "seal",
    "sealed_columns",
    "search",
    "send_signal",
    "showing_fields",
    "shown_plan",
    "sleep",
    "sleep_until",
    "spans",
    "storage_full",
    "texts_of",
    "together",
    "tracing",
    "unavailable",
    "unlinked",
    "unseal",
    "unsealed_document",
    "view_record",
    "visible",
    "wait_for_change",
    "wait_for_signal",
    "waiting_migrations",
    "where",
    "with_limits",
    "words_of",
    "workflow",
]
