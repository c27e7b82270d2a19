from collections import defaultdict
from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 1_000
STRICTEST_FIRST = ("private", "unlisted", "public")


def from_the_log(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Find who could see each card when its versions were made.

    Without a later change of the card's visibility it was what it is now. Old changes are folded,
    so that of later ones only the values are certain: the strictest counts. A version whose making
    the log has forgotten may have been made in private, and stays so.
    """
    versions = apps.get_model("cards", "CardVersion").objects.select_related("card").order_by("pk")
    found = list(versions[:BATCH])
    while found:
        _judge(apps.get_model("resources", "Change").objects.order_by("id"), found)
        versions.bulk_update(found, ["visibility"])
        found = list(versions.filter(pk__gt=found[-1].pk)[:BATCH])


def _judge(changes: models.QuerySet, versions: list[models.Model]) -> None:
    keys = [version.pk for version in versions]
    made = changes.filter(resource="card-versions", action="create", record_id__in=keys)
    places = dict(made.values_list("record_id", "id"))
    cards = {version.card_id for version in versions}
    known: dict[UUID, list[tuple[int, set[str]]]] = defaultdict(list)
    for change in changes.filter(resource="cards", action="update", record_id__in=cards):
        values = {image["visibility"] for image in (change.before, change.after) if "visibility" in image}
        known[change.record_id].append((change.id, values))
    for version in versions:
        if version.pk in places:
            later = (values for place, values in known[version.card_id] if place > places[version.pk])
            possible = {version.card.visibility}.union(*later)
            version.visibility = next(each for each in STRICTEST_FIRST if each in possible)


class Migration(migrations.Migration):

    dependencies = [
        ("cards", "0005_likes_by_member"),
        ("resources", "0003_feed"),
    ]

    operations = [
        migrations.AddField(
            model_name="cardversion",
            name="visibility",
            field=models.CharField(
                choices=[("public", "public"), ("unlisted", "unlisted"), ("private", "private")],
                default="private",
                max_length=8,
                verbose_name="visibility",
            ),
        ),
        migrations.RunPython(from_the_log, migrations.RunPython.noop, elidable=True),
    ]
