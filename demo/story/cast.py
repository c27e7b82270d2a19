"""The members of the story and their accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from community.services.moderators import appoint_moderator
from demo.story.stage import StoryMember
from resources.api import SYSTEM, changes
from users.callers import NOWHERE
from users.models import User, address
from users.services.roles import assign_role
from users.services.sessions import open_session
from users.tokens import token_pair

if TYPE_CHECKING:
    from demo.story.stage import Send


@dataclass(frozen=True, slots=True)
class CastMember:
    """A part in the story: who plays it, and in which language."""

    username: str
    display_name: str
    bio: str
    locale: str = "en"
    role: str = ""
    moderates: str = ""
    """A category of templates, for who moderates no more than that."""


MINA = CastMember("mina", "박미나", "용을 그리고 차를 너무 많이 마셔요.", "ko")
SORA = CastMember("sora", "김소라", "물 카드를 모아요. 불은 서리로 바꿉니다.", "ko")
JIHO = CastMember("jiho", "이지호", "전설 등급만 찾는 사람.", "ko")
YUNA = CastMember("yuna", "최유나", "글귀를 씁니다.", "ko")
LEO = CastMember("leo", "Leo Martins", "Template tinkerer, rarely satisfied.")
AMARA = CastMember("amara", "Amara Okafor", "Painter of quiet forests.", moderates="creature")
ELIAS = CastMember("elias", "Elias Novak", "Remixes everything, credits everyone.")
ZOE = CastMember("zoe", "Zoe Laurent", "Completes binders for fun.")
HANEUL = CastMember("haneul", "정하늘", "커뮤니티를 돌봅니다.", "ko", "moderator")
MAREN = CastMember("maren", "Maren Voss", "Looks twice.", role="moderator")

MEMBERS = (MINA, SORA, JIHO, YUNA, LEO, AMARA, ELIAS, ZOE)
MODERATORS = (HANEUL, MAREN)
CAST = (*MEMBERS, *MODERATORS)


def join(part: CastMember, send: Send) -> StoryMember:
    """Open an account, past the code that would be mailed, and sign in; it has no password."""
    member = changes.create(
        User,
        by=SYSTEM,
        **address(f"{part.username}@example.com"),
        username=part.username,
        display_name=part.display_name,
        bio=part.bio,
        locale=part.locale,
        password="!",
        is_verified=True,
    )
    if part.role:
        assign_role(member, role=part.role, by=SYSTEM)
    if part.moderates:
        appoint_moderator(by=SYSTEM, moderator=member, category=part.moderates)
    session = open_session(member, caller=NOWHERE, method="story")
    return StoryMember(part.username, send, str(member.pk), token_pair(session)["access"])
