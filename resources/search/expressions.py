"""Conditions (`resources.search.questions`) as each database writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from resources.byte_cache import byte_cached
from resources.search.questions import Adjacent, Among, condition_of, tiers_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.search.questions import Condition

EXPRESSION_BYTES = 256 * 1024
"""Memory for expressions, which a statement takes several times."""
COLUMNS: Mapping[Among, str] = {
    Among.ANY: "",
    Among.WORDS: "{title body} : ",
    Among.PARTS: "{title_parts body_parts} : ",
    Among.TITLE: "{title} : ",
    Among.TITLE_PARTS: "{title_parts} : ",
    Among.IN_TITLE: "{title title_parts} : ",
    Among.BODY: "{body} : ",
}
WEIGHTS: Mapping[Among, str] = {
    Among.ANY: "",
    Among.WORDS: "AB",
    Among.PARTS: "CD",
    Among.TITLE: "A",
    Among.TITLE_PARTS: "C",
    Among.IN_TITLE: "AC",
    Among.BODY: "B",
}
NOTHING = {"sqlite": '""', "postgresql": ""}


@byte_cached(EXPRESSION_BYTES, lambda question: 60 * len(question))
def match_expression(question: str) -> str:
    """Return what a person typed as the database's query."""
    condition = condition_of(question)
    if not condition.of:
        return NOTHING[connection.vendor]
    return fts5(condition) if connection.vendor == "sqlite" else tsquery(condition)


def tier_expression(number: int, question: str) -> str:
    """Return the database's query of one tier of a question, the best being 0.

    On SQLite it leaves out what is in a better tier.
    """
    tiers = tiers_of(question)
    if not condition_of(question).of:
        return NOTHING[connection.vendor]
    if connection.vendor != "sqlite":
        return tsquery(tiers[number])
    better = tiers[1:number] or tiers[:number]
    without = f" NOT ({' OR '.join(map(fts5, better))})" if better else ""
    return f"{fts5(tiers[number])}{without}"


def fts5(condition: Condition) -> str:
    """Write a condition as FTS5 does: `({title_parts body_parts} : "수집 집가" AND "ex" *)`."""
    if isinstance(condition, Adjacent):
        beginning = " *" if condition.is_beginning else ""
        return f'{COLUMNS[condition.among]}"{" ".join(condition.terms)}"{beginning}'
    return f"({' AND '.join(map(fts5, condition.of))})"


def tsquery(condition: Condition) -> str:
    """Write a condition as PostgreSQL's `tsquery`: `(('수집':CD <-> '집가':CD) & ('ex':*))`."""
    if isinstance(condition, Adjacent):
        weights = WEIGHTS[condition.among]
        marks = [weights] * (len(condition.terms) - 1)
        marks.append(f"*{weights}" if condition.is_beginning else weights)
        terms = [
            f"'{term}':{mark}" if mark else f"'{term}'"
            for term, mark in zip(condition.terms, marks, strict=True)
        ]
        return f"({' <-> '.join(terms)})"
    return f"({' & '.join(map(tsquery, condition.of))})"
