"""What of reading marks is offered to clients."""

from community.models import RoomRead
from resources.api import Resource, own, register


@register(RoomRead)
class RoomReadResource(Resource):
    """Until when you have read which room. Set it with `PUT /api/v1/rooms/{id}/read`.

    How many messages are unread is `viewer.unread_count` of the room.
    """

    fields = ("id", "room", "user", "read_at", "created_at", "updated_at")
    expand = ("room",)

    view = own("user")
    list = own("user")

    filters = ("room", "user", "created_at")
    scans = ("read_at",)
    ordering = ("-created_at",)
    topics = ("user",)
