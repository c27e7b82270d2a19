"""What a column takes is declared with it, and found by the name that clients know."""

import pytest
from pytest_django.fixtures import Settings

from files.policies import policy_of


@pytest.mark.parametrize("name", ["cards.front", "templates.preview", "users.avatar"])
def test_a_picture_column_takes_one_picture_of_the_allowed_size(
    name: str, settings: Settings
) -> None:
    settings.PICTURE_BYTES_LIMIT = 4_000
    policy = policy_of(name)
    assert policy.is_of_pictures
    assert (policy.most_bytes, policy.most_files) == (4_000, 1)
    assert "image/png" in policy.types
    assert "image/svg+xml" not in policy.types


@pytest.mark.parametrize(
    "name", ["cards.title", "cards.creator", "cards.nothing", "nothing.front", "cards", ""]
)
def test_what_holds_no_files_has_no_policy(name: str) -> None:
    with pytest.raises(LookupError):
        policy_of(name)
