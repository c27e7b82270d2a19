"""One word has one meaning: classes have names of their own, and retired words stay away."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from tests.architecture.sources import all_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMED_BY_DJANGO = {"Command", "Migration"}
"""Django looks for classes of these names, one in each module of a kind."""

RETIRED = {
    "ALONE": "UNTRACKED_ONLY",
    "Asked": "Request",
    "Asker": "AnyActor, SubscriberId",
    "Attendance": "Membership",
    "Callers": "ActorCache",
    "Clock": "Epochs",
    "Closing": "PromptClose",
    "Farewell": "CloseReason",
    "FileWatch": "CommitWatch",
    "GroupedWriter": "GroupCommitWriter",
    "Hanging": "DependentRows",
    "Hung": "Dependents",
    "Kept": "ResponseCache",
    "Letter": "MailMessage",
    "LoopDatabase": "InlineDatabase",
    "Meters": "Counters",
    "NotInLoopError": "MustRunInThread",
    "NotPlainError": "NeedsFullValidation",
    "Past": "BeforeImages",
    "Proposal": "CandidateRow",
    "SlotReference": "UnboundParameter",
    "Standing": "Authentication",
    "Stretch": "ChangeBatch",
    "UNFIT": "NOT_ADAPTED",
    "UNLOGGED": "UNTRACKED",
    "asker": "subscriber",
    "askers": "subscribers",
    "attendance": "membership",
    "belongings": "ownership, owned_rows",
    "farewell": "close_reason",
    "forget_traces": "delete_residue",
    "give_back_try": "refund_attempt",
    "hanging": "dependents",
    "hung": "dependents_of",
    "look_again": "recheck_affected",
    "looks": "documents_query",
    "meters": "counters",
    "one_moment": "read_snapshot",
    "onwards": "app",
    "require_quota": "consume_quota",
    "require_standing": "require_not_barred",
    "shortly": "fast_validation, fast_adapters",
    "sight": "visible_ids_query",
    "stretch": "batch",
    "strike": "invalidate_all",
    "take_try": "consume_attempt",
    "takings": "fast_validators",
    "tune_in": "subscribe",
    "what_is_asked": "Request",
}
"""Words that no name in the product is to be again, and what to say instead.

A change that renames something adds the old word here.
"""


def test_a_class_name_stands_for_one_class() -> None:
    names = Counter(
        node.name
        for source in all_sources()
        if source.is_product
        for node in source.tree.body
        if isinstance(node, ast.ClassDef)
    )

    assert [
        name for name, count in names.items() if count > 1 and name not in NAMED_BY_DJANGO
    ] == []


def test_a_retired_word_names_nothing_in_the_product() -> None:
    found = [
        f"{source.name}: say {RETIRED[name]} instead of {name}"
        for source in all_sources()
        if source.is_product
        for name in {*_names(source.tree), *source.name.removesuffix(".py").split("/")}
        if name in RETIRED
    ]

    assert found == []


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield every identifier: of classes, functions, arguments, variables and attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.AsyncFunctionDef(name=name) | ast.alias(name=name, asname=None):
                yield name.rpartition(".")[2]
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.alias(asname=str(name)):
                yield name
