"""Why an item stands where it does in the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from community.models import FeedItem
from community.resources.feed import FeedResource
from community.selectors.ranking import FORMULAS, explained
from resources.api import (
    actor_behind,
    bad_parameter,
    list_records,
    read_json,
    record_uuid,
    registry,
    require_scope,
    view_record,
)
from users.models import Follow

if TYPE_CHECKING:
    from rest_framework.request import Request

    from resources.api import Actor, JsonObject

MODES = FeedResource.options["mode"]
WINDOWS = FeedResource.options["window"]


class ScoreInputsOutput(serializers.Serializer[object]):
    """What a score is made of, as it is now."""

    likes = serializers.IntegerField()
    comments = serializers.IntegerField()
    points = serializers.IntegerField()
    published_at = serializers.DateTimeField()


class ExplanationOutput(serializers.Serializer[object]):
    """Why an item stands where it does.

    `is_listed` says whether this mode and window list it to you, `score` what they sort by,
    `is_current` whether the formula still comes to it: a change counts within a second or two.
    """

    id = serializers.UUIDField()
    mode = serializers.ChoiceField(choices=list(MODES))
    window = serializers.ChoiceField(choices=list(WINDOWS))
    is_listed = serializers.BooleanField()
    score = serializers.IntegerField()
    formula = serializers.CharField()
    inputs = ScoreInputsOutput()
    is_current = serializers.BooleanField()
    seen_by = serializers.CharField(help_text="Who sees the item in lists, in plain words.")


EXAMPLE = OpenApiExample(
    "A liked card",
    {
        "id": "01990000-0000-7000-8000-000000000000",
        "mode": "hot",
        "window": "week",
        "is_listed": True,
        "score": 1772405862675,
        "formula": FORMULAS["hot"].words,
        "inputs": {
            "likes": 12,
            "comments": 3,
            "points": 15,
            "published_at": "2026-03-01T12:00:00Z",
        },
        "is_current": True,
        "seen_by": "is_shown = True and whoever may list its card",
    },
    response_only=True,
)


class ExplainView(APIView):
    """Explains the ranking of one item."""

    renderer_classes = (JSONRenderer,)

    @extend_schema(
        operation_id="explain_feed",
        tags=["feed"],
        parameters=[
            OpenApiParameter("id", str, required=True, description="The item of the feed."),
            OpenApiParameter("mode", str, enum=list(MODES), default="hot"),
            OpenApiParameter("window", str, enum=list(WINDOWS), default="all"),
        ],
        responses=ExplanationOutput,
        examples=[EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        """Say why an item stands where it does in a mode of the feed, for you."""
        actor = actor_behind(request)
        mode = _chosen(request, "mode", list(MODES))
        for model in (FeedItem, Follow) if mode == "following" else (FeedItem,):
            require_scope(actor, registry.resource_of(model), "read")
        item = _seen_item(actor, request.query_params.get("id", ""))
        window = _chosen(request, "window", list(WINDOWS))
        answer = {
            "id": item.pk,
            "mode": mode,
            "window": window,
            "is_listed": _is_listed(actor, item, mode, window),
            **explained(item, mode),
            "seen_by": registry.resource_of(FeedItem).rule("list").words(),
        }
        return Response(answer, headers={"Cache-Control": "no-store"})


def _seen_item(actor: Actor, given: str) -> FeedItem:
    """Return the item of an id; raises Problem 400 without one, 404 unless the actor sees it."""
    if not given:
        raise bad_parameter("id", "required", _("Name the item of the feed."))
    view_record(registry.resource_of(FeedItem), actor, given)
    return FeedItem.objects.select_related("card", "post").get(pk=record_uuid(given))


def _chosen(request: Request, name: str, choices: list[str]) -> str:
    given = request.query_params.get(name, choices[0])
    if given not in choices:
        message = _("This must be one of: %(allowed)s.") % {"allowed": ", ".join(choices)}
        raise bad_parameter(name, "unknown_choice", message)
    return given


def _is_listed(actor: Actor, item: FeedItem, mode: str, window: str) -> bool:
    """Return whether the feed lists the item to the actor in this mode and window."""
    query = urlencode({"mode": mode, "window": window, "id": item.pk, "fields": "id"})
    page: JsonObject = read_json(
        list_records(registry.resource_of(FeedItem), actor, query, "").body
    )
    return bool(page["results"])
