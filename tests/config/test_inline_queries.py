"""Queries of one turn of an event loop run one after the other, each as if it were alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from resources.answers import HttpAnswer
from resources.errors import not_visible
from resources.event_loop import MustRunInThread
from server.inline_queries import InlineQueries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.embedded


def told(story: Callable[[InlineQueries], Awaitable[None]]) -> None:
    """Run a story about the queries of an event loop."""

    async def run() -> None:
        await story(InlineQueries())

    asyncio.run(run())


class Query:
    """A query that notes in which language it ran each time."""

    def __init__(self, answer: HttpAnswer | Exception) -> None:
        self.answer = answer
        self.languages: list[str | None] = []

    def __call__(self) -> HttpAnswer:
        """Run it."""
        self.languages.append(translation.get_language())
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_who_asks_the_same_in_one_turn_shares_one_query() -> None:
    async def story(queries: InlineQueries) -> None:
        page, other = Query(HttpAnswer(200, b"page")), Query(HttpAnswer(200, b"other"))
        asked = [queries.run(key, query) for key, query in (("a", page), ("b", other), ("a", page))]
        assert [answer.body for answer in await asyncio.gather(*asked)] == [
            b"page",
            b"other",
            b"page",
        ]
        assert len(page.languages) == 1
        await queries.run("a", page)
        assert len(page.languages) == 2

    told(story)


def test_an_error_is_told_to_each_in_their_language() -> None:
    async def story(queries: InlineQueries) -> None:
        missing = Query(not_visible())
        asked = []
        for language in ("ko", "en"):
            with translation.override(language):
                asked.append(queries.run("a", missing))
        assert [answer.status for answer in await asyncio.gather(*asked)] == [404, 404]
        assert missing.languages == ["ko", "en"]

    told(story)


def test_a_query_that_needs_a_thread_holds_up_no_other() -> None:
    async def story(queries: InlineQueries) -> None:
        long = queries.run("long", Query(MustRunInThread()))
        short = queries.run("short", Query(HttpAnswer(200)))
        with pytest.raises(MustRunInThread):
            await long
        assert (await short).status == 200

    told(story)


def test_nothing_is_read_for_a_client_that_has_gone_away() -> None:
    async def story(queries: InlineQueries) -> None:
        page = Query(HttpAnswer(200))
        queries.run("a", page).cancel()
        await queries.run("b", Query(HttpAnswer(200)))
        assert page.languages == []

    told(story)
