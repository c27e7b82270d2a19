"""The people of the tests: anonymous, alice, bob, carol, a moderator and an admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group

from resources import changes
from resources.actors import ANONYMOUS, SYSTEM, Actor
from tests.client import Api
from users.callers import NOWHERE
from users.models import User, address
from users.services.roles import assign_role
from users.services.sessions import open_session
from users.tokens import actor_of_token, token_pair

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Persona:
    """Somebody with a client of their own."""

    user: User | None
    api: Api
    token: str = ""

    @property
    def authorization(self) -> str:
        """Return the header that says who this is."""
        return f"Bearer {self.token}" if self.token else ""

    @property
    def id(self) -> str:
        """Return the user's id as the API writes it, empty for anonymous."""
        return str(self.user.pk) if self.user else ""

    @property
    def actor(self) -> Actor:
        """Return the actor that rules are asked about."""
        return actor_of_token(self.token) if self.user else ANONYMOUS

    def creates(self, resource: str, **values: object) -> Any:
        """Create a record through the API and return its JSON."""
        response = self.api.post(resource, values)
        assert response.status_code == 201, response.content
        return response.json()


def new_member(name: str, *, roles: Sequence[str] = (), is_verified: bool = True) -> Persona:
    """Make a member called `name`, signed in."""
    user = changes.create(
        User,
        by=SYSTEM,
        **address(f"{name}@example.com"),
        username=name,
        display_name=name.capitalize(),
        is_verified=is_verified,
        password="!",
    )
    for role in roles:
        # Tests that commit leave no group behind.
        Group.objects.get_or_create(name=role)
        assign_role(user, role=role, by=SYSTEM)
    token = token_pair(open_session(user, caller=NOWHERE, method="test"))["access"]
    return Persona(user, Api(token), token)
