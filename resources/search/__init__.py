"""Full-text search that finds Korean: the same answers on SQLite and PostgreSQL.

`terms` cuts texts into terms, `questions` says what a question asks of them, `index` keeps the
terms of each record, `matching` finds records by them. Neither database cuts or folds a text.
"""

from resources.search.index import forget, forget_for_good, gathered, index, index_many, merge
from resources.search.rebuilding import rebuilt
from resources.search.terms import words_of

__all__ = [
    "forget",
    "forget_for_good",
    "gathered",
    "index",
    "index_many",
    "merge",
    "rebuilt",
    "words_of",
]
