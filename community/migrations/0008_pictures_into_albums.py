"""Each post's album begins with the one picture that it had; the log speaks of albums, too."""

from django.db import migrations

BATCH = 500


def to_albums(apps, _schema_editor):
    """Put each post's picture into its album, and let the log speak of albums."""
    posts = apps.get_model("community", "Post").objects.filter(image__isnull=False)
    entry = apps.get_model("community", "PostImage")
    for key, file_id in posts.order_by("pk").values_list("pk", "image_id").iterator(BATCH):
        posts.filter(pk=key).update(images=[str(file_id)])
        entry.objects.create(record_id=key, file_id=file_id, position=0)
    changes = apps.get_model("resources", "Change").objects.filter(resource="posts")
    for side in ("before", "after"):
        named = changes.filter(**{f"{side}__has_key": "image_id"})
        for change in named.order_by("pk").iterator(BATCH):
            image = getattr(change, side)
            file_id = image.pop("image_id")
            image["images"] = [file_id] if file_id else []
            changes.filter(pk=change.pk).update(**{side: image})


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0004_assigned_position"),
        ("community", "0007_albums"),
    ]

    operations = [migrations.RunPython(to_albums, migrations.RunPython.noop, elidable=True)]
