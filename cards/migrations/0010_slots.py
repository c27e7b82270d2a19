import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import resources.fields

BATCH = 1_000


def from_the_cards(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Tell versions what their cards were made from, which never changed until now."""
    versions = apps.get_model("cards", "CardVersion").objects.select_related("card").order_by("pk")
    found = list(versions[:BATCH])
    while found:
        for version in found:
            version.content = {**version.content, "slots": {}}
            version.template_version_id = version.card.template_version_id
        versions.bulk_update(found, ["content", "template_version"])
        found = list(versions.filter(pk__gt=found[-1].pk)[:BATCH])


class Migration(migrations.Migration):

    dependencies = [
        ("card_templates", "0005_sorted_texts"),
        ("cards", "0009_is_hidden"),
    ]

    operations = [
        migrations.AddField(
            model_name="card",
            name="slots",
            field=resources.fields.DocumentField(
                blank=True,
                default=dict,
                help_text="What the card fills its template with.",
                verbose_name="slots",
            ),
        ),
        migrations.AddField(
            model_name="cardversion",
            name="template_version",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="card_templates.templateversion",
                verbose_name="template version",
            ),
        ),
        migrations.RunPython(from_the_cards, migrations.RunPython.noop, elidable=True),
    ]
