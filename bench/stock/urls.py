"""Stock DRF: a ModelSerializer, a ModelViewSet and a router over Holobase's card table."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.urls import include, path
from rest_framework import pagination, routers, serializers, viewsets

from cards.models import Card
from users.models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet

FIELDS = [
    "id",
    "title",
    "description",
    "tags",
    "rarity",
    "effects",
    "status",
    "visibility",
    "creator",
    "template",
    "like_count",
    "created_at",
]


class CreatorSerializer(serializers.ModelSerializer[User]):
    """A member as shown beside a card."""

    class Meta:
        model = User
        fields = ("id", "username", "display_name")


class CardSerializer(serializers.ModelSerializer[Card]):
    """A card."""

    class Meta:
        model = Card
        fields = FIELDS
        read_only_fields = ("creator", "like_count", "created_at")


class ExpandedCardSerializer(CardSerializer):
    """A card with its creator in full."""

    creator = CreatorSerializer(read_only=True)


class Pages(pagination.CursorPagination):
    """Pages that cost no count, DRF's cheapest."""

    page_size = 30
    page_size_query_param = "limit"
    ordering = ("-like_count", "-id")


class CardViewSet(viewsets.ModelViewSet[Card]):
    """Cards for everyone, writes for members."""

    pagination_class = Pages

    @override
    def get_queryset(self) -> QuerySet[Card]:
        cards = Card.objects.filter(status="published", visibility="public")
        rarity = self.request.query_params.get("rarity")
        if rarity:
            cards = cards.filter(rarity=rarity, like_count__gt=10)
        below, above = map(self.request.query_params.get, ("below", "above"))
        if below and above:
            cards = cards.filter(like_count__lt=below, like_count__gt=above)
        if "expand" in self.request.query_params:
            cards = cards.select_related("creator")
        return cards

    @override
    def get_serializer_class(self) -> type[serializers.BaseSerializer[Card]]:
        is_expanded = "expand" in self.request.query_params
        return ExpandedCardSerializer if is_expanded else CardSerializer

    @override
    def perform_create(self, serializer: serializers.BaseSerializer[Card]) -> None:
        serializer.save(creator=self.request.user)


router = routers.SimpleRouter(trailing_slash=False)
router.register("cards", CardViewSet, basename="card")
urlpatterns = [path("api/v1/", include(router.urls))]
