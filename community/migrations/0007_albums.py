"""A post has an album."""

import django.db.models.deletion
from django.db import migrations, models

import resources.fields


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0002_initial"),
        ("community", "0006_sorted_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="images",
            field=resources.fields.JsonField(blank=True, default=list, verbose_name="images"),
        ),
        migrations.CreateModel(
            name="PostImage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="files.file",
                        verbose_name="file",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="community.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "image of a post",
                "verbose_name_plural": "images of posts",
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="postimage",
            constraint=models.UniqueConstraint(
                fields=("record", "position"), name="community_postimage_place"
            ),
        ),
    ]
