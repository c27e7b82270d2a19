"""Endpoints of cards and templates beside their records: counts, relatives, newer versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from cards import selectors
from cards.models import Card
from cards.services import counting
from cards.services.upgrading import planned_upgrade
from resources.api import (
    JSON,
    HttpAnswer,
    actor_behind,
    address_of_request,
    client_network,
    consume_points,
    consume_quota,
    not_permitted,
    not_signed_in,
    registry,
    require_scope,
    view_record,
)
from templates_app.models import Template, TemplateVersion
from templates_app.services import pending_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model
    from django.http import HttpResponse
    from rest_framework.request import Request

    from resources.api import Actor

HEADERS = {"Content-Type": JSON, "Vary": "Authorization, Accept-Language"}
POINTS = 40
"""What these reads cost, of the points that a member may spend on costly reads."""
MOST_PREVIEWED = 30
COUNTED_RATE = "600/min"
"""How many views and downloads of one viewer are looked at."""


class ChosenInput(serializers.Serializer[object]):
    """Which fields of the cards are answered, and what along with them."""

    fields: Any = serializers.CharField(required=False)
    expand = serializers.CharField(required=False)


class RelatedInput(ChosenInput):
    """How many cards are answered."""

    limit = serializers.IntegerField(default=12, min_value=1, max_value=50)


class PreviewInput(serializers.Serializer[object]):
    """A page of the cards, and whether the author's edits are meant rather than the version."""

    limit = serializers.IntegerField(default=MOST_PREVIEWED, min_value=1, max_value=MOST_PREVIEWED)
    after = serializers.UUIDField(required=False)
    pending = serializers.BooleanField(default=False)


RECORDS = {"type": "array", "items": {"$ref": "#/components/schemas/Card"}}
FIELD_ERROR = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
}
PREVIEWED = {
    "type": "object",
    "required": ["id", "title", "version", "fits", "changes", "errors"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "title": {"type": "string"},
        "version": {"type": ["integer", "null"], "description": "The version that it pins."},
        "fits": {"type": "boolean", "description": "Whether it can move as it is."},
        "changes": {
            "type": "object",
            "description": "The slots and effects that it would have, where they change.",
            "properties": {"slots": {"type": "object"}, "effects": {"type": "object"}},
        },
        "errors": {"type": "array", "items": FIELD_ERROR},
    },
}


def answering(members: Mapping[str, object]) -> dict[str, object]:
    """Describe an object with all of these members."""
    return {"type": "object", "required": [*members], "properties": dict(members)}


class QuestionView(APIView):
    """A question about one record, asked by whoever may view it."""

    takes: ClassVar[type[serializers.Serializer[object]]] = ChosenInput

    def asked[M: Model](
        self, request: Request, model: type[M], record_id: str, query: Mapping[str, str]
    ) -> M:
        """Return the record.

        Raises Problem 404, 403 for a key without the scope, 400 for a query that can't be, 429.
        """
        resource = registry.resource_of(model)
        actor = actor_behind(request)
        require_scope(actor, resource, "read")
        view_record(resource, actor, record_id, urlencode(query))
        consume_points(actor, address_of_request(request), POINTS)
        return model._default_manager.get(pk=record_id)

    def parameters(self, request: Request) -> dict[str, Any]:
        """Return the parameters, checked; raises ValidationError."""
        given = self.takes(data=request.query_params)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class CountingView(APIView):
    """What somebody does with a card that is counted, once for each in a while."""

    column: ClassVar[str]

    def count(self, request: Request, record_id: str) -> HttpResponse:
        """Count it, unless it was the card's creator."""
        resource, actor = registry.resource_of(Card), actor_behind(request)
        require_scope(actor, resource, "read")
        answer = view_record(resource, actor, record_id, "fields=id,creator")
        network = client_network(address_of_request(request))
        viewer = str(actor.id or network)
        consume_quota("view", viewer, network, rate=COUNTED_RATE)
        card = orjson.loads(answer.body)
        if card["creator"] != viewer:
            counting.count_once(UUID(card["id"]), self.column, viewer)
        return HttpAnswer(204).response()


class CountedView(CountingView):
    """Views."""

    column = counting.VIEWS

    @extend_schema(operation_id="count_view", tags=["cards"], request=None, responses={204: None})
    def post(self, request: Request, record_id: str) -> HttpResponse:
        """Say that you look at a card.

        Lists, crawlers and caches read many that nobody sees, so clients say it where a card is
        shown. The same viewer counts once in a day; `view_count` follows some seconds later.
        """
        return self.count(request, record_id)


class CountedDownload(CountingView):
    """Downloads."""

    column = counting.DOWNLOADS

    @extend_schema(
        operation_id="count_download", tags=["cards"], request=None, responses={204: None}
    )
    def post(self, request: Request, record_id: str) -> HttpResponse:
        """Say that you keep a copy of a card; counted as views are."""
        return self.count(request, record_id)


class RelatedView(QuestionView):
    """Cards like one."""

    takes = RelatedInput

    @extend_schema(
        operation_id="related_cards",
        tags=["cards"],
        parameters=[RelatedInput],
        responses={200: answering({"results": RECORDS})},
    )
    def get(self, request: Request, record_id: str) -> HttpResponse:
        """Return the cards most related to one, best first.

        They share its template, its family of remixes, tags or its creator.
        """
        query = self.parameters(request)
        most = query.pop("limit")
        card = self.asked(request, Card, record_id, query)
        actor = actor_behind(request)
        found = selectors.related_ids(card, actor, most)
        return _answer({"results": selectors.cards_in_order(actor, found, query)})


class RemixesView(QuestionView):
    """The family of a card."""

    @extend_schema(
        operation_id="remix_graph",
        tags=["cards"],
        parameters=[ChosenInput],
        responses={
            200: answering(
                {"origins": RECORDS, "remixes": RECORDS, "has_more": {"type": "boolean"}}
            )
        },
    )
    def get(self, request: Request, record_id: str) -> HttpResponse:
        """Return the cards that one goes back to, and its remixes with theirs, the nearest first.

        `remixed_from` of each says which it was made from. Cards that are not listed to you are
        left out, and do not interrupt the line. `has_more`: there are over a hundred remixes.
        """
        query = self.parameters(request)
        card = self.asked(request, Card, record_id, query)
        actor, remixes = actor_behind(request), selectors.remixes(card)
        answer = {
            "origins": selectors.cards_in_order(actor, selectors.origins(card), query),
            "remixes": selectors.cards_in_order(actor, remixes[: selectors.MOST_REMIXES], query),
            "has_more": len(remixes) > selectors.MOST_REMIXES,
        }
        return _answer(answer)


class UpgradePreviewView(QuestionView):
    """What newer versions of a template would make of cards."""

    takes = PreviewInput

    @extend_schema(
        operation_id="preview_upgrade",
        tags=["templates"],
        parameters=[PreviewInput],
        responses={
            200: answering(
                {
                    "version": {"type": "integer"},
                    "results": {"type": "array", "items": PREVIEWED},
                    "next": {"type": ["string", "null"], "format": "uuid"},
                }
            )
        },
    )
    def get(self, request: Request, record_id: str) -> HttpResponse:
        """Return which of your cards would change with the newest version of a template, and how.

        With `pending=true` its author sees what the edits that wait for approval would change.
        `next` is the `after` of the next page. `POST /cards/{id}/upgrade` moves a card.
        """
        page = self.parameters(request)
        template = self.asked(request, Template, record_id, {"fields": "id"})
        actor = actor_behind(request)
        version = _previewed(template, actor, is_pending=page["pending"])
        cards = selectors.outdated_cards(template, actor.id, version.number).order_by("pk")
        if "after" in page:
            cards = cards.filter(pk__gt=page["after"])
        found = list(cards[: page["limit"] + 1])
        shown = found[: page["limit"]]
        answer = {
            "version": version.number,
            "results": [_preview(card, version) for card in shown],
            "next": str(shown[-1].pk) if len(found) > len(shown) else None,
        }
        return _answer(answer)


def _previewed(template: Template, actor: Actor, *, is_pending: bool) -> TemplateVersion:
    """Return the version to preview; raises Problem 401, 403 or 404."""
    if actor.id is None:
        raise not_signed_in()
    if is_pending:
        if template.author_id != actor.id:
            raise not_permitted()
        return pending_version(template)
    version = TemplateVersion.objects.filter(template=template, number=template.version).first()
    return version or pending_version(template)


def _preview(card: Card, version: TemplateVersion) -> dict[str, object]:
    upgrade = planned_upgrade(card, version)
    pinned = card.template_version
    return {
        "id": str(card.pk),
        "title": card.title,
        "version": pinned.number if pinned else None,
        "fits": not upgrade.errors,
        "changes": dict(upgrade.values),
        "errors": [error.as_json() for error in upgrade.errors],
    }


def _answer(members: Mapping[str, object]) -> HttpResponse:
    return HttpAnswer(200, orjson.dumps(members), HEADERS).response()
