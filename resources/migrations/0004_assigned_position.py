from django.db import migrations, models


class Migration(migrations.Migration):
    """Calls the column `position` of the log `assigned_position` in Python; the table stays."""

    dependencies = [("resources", "0003_feed")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("change", "position", "assigned_position"),
                migrations.AlterField(
                    "change",
                    "assigned_position",
                    models.BigIntegerField(db_column="position", editable=False, null=True),
                ),
            ]
        )
    ]
