"""The story from its beginning to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.story.chapters import designing, hearing, judging, making, meeting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from demo.story.stage import Stage

STORY: Sequence[Callable[[Stage], None]] = (
    designing.design_a_template,
    designing.review_the_template,
    making.make_cards,
    making.change_a_card,
    making.like_and_remix,
    making.fill_a_binder,
    designing.improve_the_template,
    meeting.follow_each_other,
    meeting.talk_about_a_card,
    meeting.post_about_a_card,
    meeting.vote_in_a_poll,
    meeting.chat_in_a_room,
    meeting.read_the_feed,
    meeting.keep_a_distance,
    hearing.search,
    hearing.be_told,
    hearing.choose_how_to_be_told,
    judging.screen_what_is_written,
    judging.report_and_hide,
    judging.appeal,
    judging.find_copied_art,
    judging.moderate_a_category,
    judging.silence_for_a_day,
)
"""Every chapter, each of which finds what the ones before have left on the stage."""


def tell(stage: Stage) -> None:
    """Tell the whole story; raises StoryError where it goes another way."""
    for chapter in STORY:
        chapter(stage)
