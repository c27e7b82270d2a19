"""Conditions (`resources.search.questions`) as each database writes them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import connection

from resources.search.index import STARTS
from resources.search.partitions import OF_TITLE, partition_of
from resources.search.questions import Adjacent, Among, condition_of, tiers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resources.search.questions import Condition

QUESTIONS = 16
"""Questions whose expressions are kept, which a request takes several times.

A question has twelve words at most, and a word 500 characters: some megabytes at the very worst.
"""
IN_TITLES: Mapping[Among, str] = {
    Among.ANY: "",
    Among.WORDS: "{title} : ",
    Among.PARTS: "{title_parts} : ",
    Among.TITLE: "{title} : ",
    Among.TITLE_PARTS: "{title_parts} : ",
    Among.IN_TITLE: "",
}
"""The columns of titles (FTS5) whose terms are looked through; those of titles have a mark."""
ELSEWHERE: Mapping[Among, str] = {
    Among.ANY: "",
    Among.WORDS: "{body} : ",
    Among.PARTS: "{body_parts} : ",
    Among.BODY: "{body} : ",
}
"""The columns of all other texts."""
TITLE, BODY, TITLE_PARTS, BODY_PARTS = STARTS
STARTS_AMONG: Mapping[Among, Sequence[str]] = {
    Among.ANY: STARTS,
    Among.WORDS: (TITLE, BODY),
    Among.PARTS: (TITLE_PARTS, BODY_PARTS),
    Among.TITLE: (TITLE,),
    Among.TITLE_PARTS: (TITLE_PARTS,),
    Among.IN_TITLE: (TITLE, TITLE_PARTS),
    Among.BODY: (BODY,),
}
"""What terms begin with there (PostgreSQL)."""
PARTITION = "\x00"
"""What stands in an expression for the partition of whichever resource is asked for it."""
NOTHING = {"sqlite": '""', "postgresql": ""}


def match_expression(resource: str, question: str) -> str:
    """Return what a person typed as the database's query of one resource's entries."""
    return _expressions(question)[-1].replace(PARTITION, partition_of(resource))


def match_everywhere(resources: Sequence[str], question: str) -> str:
    """Return the same of the entries of several resources."""
    either = " OR " if connection.vendor == "sqlite" else " | "
    written = either.join(match_expression(resource, question) for resource in resources)
    return written if condition_of(question).of else NOTHING[connection.vendor]


def tier_expression(resource: str, number: int, question: str) -> str:
    """Return the database's query of one tier of a question, the best being 0.

    On SQLite it leaves out what is in a better tier.
    """
    return _expressions(question)[number].replace(PARTITION, partition_of(resource))


def elsewhere_expression(resource: str, question: str) -> str:
    """Return FTS5's query of the entries that have a word in another text than the title."""
    return _elsewhere(question).replace(PARTITION, partition_of(resource))


def better_expression(resource: str, number: int, question: str) -> str:
    """Return PostgreSQL's query of the tiers that are better than one."""
    tiers = [tier_expression(resource, each, question) for each in range(number)]
    return " | ".join(filter(None, _better(tiers, number)))


@lru_cache(QUESTIONS)
def _expressions(question: str) -> tuple[str, ...]:
    """Return the query of each tier of a question, then that of all of it, for any resource."""
    tiers = tiers_of(question)
    if not condition_of(question).of:
        return (NOTHING[connection.vendor],) * (len(tiers) + 1)
    if connection.vendor != "sqlite":
        written = [tsquery(tier, PARTITION) for tier in tiers]
        return *written, written[-1]
    written = [fts5(tier, PARTITION) for tier in tiers]
    return *(_without_better(written, number) for number in range(len(written))), written[-1]


@lru_cache(QUESTIONS)
def _elsewhere(question: str) -> str:
    words = _flat(condition_of(question))
    return " OR ".join([elsewhere(word, PARTITION) for word in words]) or NOTHING["sqlite"]


def _without_better(tiers: Sequence[str], number: int) -> str:
    """Return a tier without what is in a better one."""
    better = _better(tiers, number)
    return f"{tiers[number]} NOT ({' OR '.join(better)})" if better else tiers[number]


def _better(tiers: Sequence[str], number: int) -> Sequence[str]:
    """Return those that find all that better tiers do: the second has all of the first."""
    return tiers[1:number] or tiers[:number]


def fts5(condition: Condition, partition: str) -> str:
    """Write a condition as FTS5 does: `(("5·용" * OR "5용" *) AND {body} : "5of 5dawn")`."""
    if not isinstance(condition, Adjacent):
        return f"({' AND '.join([fts5(each, partition) for each in condition.of])})"
    places = [in_titles(condition, partition), elsewhere(condition, partition)]
    written = [place for place in places if place]
    return f"({' OR '.join(written)})" if len(written) > 1 else written[0]


def in_titles(condition: Adjacent, partition: str) -> str:
    """Write where titles have it, empty if it is not looked for there."""
    columns = IN_TITLES.get(condition.among)
    return "" if columns is None else columns + _phrase(condition, f"{partition}{OF_TITLE}")


def elsewhere(condition: Adjacent, partition: str) -> str:
    """Write where other texts have it, empty if it is not looked for there."""
    columns = ELSEWHERE.get(condition.among)
    return "" if columns is None else columns + _phrase(condition, partition)


def _phrase(condition: Adjacent, start: str) -> str:
    terms = " ".join([f"{start}{term}" for term in condition.terms])
    return f'"{terms}"{" *" if condition.is_beginning else ""}'


def _flat(condition: Condition) -> Iterator[Adjacent]:
    """Yield all that a condition asks for, all of which have to be found."""
    if isinstance(condition, Adjacent):
        yield condition
    else:
        for each in condition.of:
            yield from _flat(each)


def tsquery(condition: Condition, partition: str) -> str:
    """Write a condition as PostgreSQL's `tsquery`.

    For example `(('5-수집' <-> '5-집가' | '5수집' <-> '5집가') & ('5=of' | '5.of'))`.
    """
    if not isinstance(condition, Adjacent):
        return f"({' & '.join([tsquery(each, partition) for each in condition.of])})"
    beginning = ":*" if condition.is_beginning else ""
    places = [
        " <-> ".join([f"'{partition}{start}{term}'" for term in condition.terms])
        for start in STARTS_AMONG[condition.among]
    ]
    return f"({' | '.join([f'{place}{beginning}' for place in places])})"
