"""Give those who moderate one category or room the role that opens the admin to them."""

from django.apps.registry import Apps
from django.db import migrations

ROLE = "scoped_moderator"


def give_role(apps: Apps, schema_editor):
    group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=ROLE)
    scopes = apps.get_model("community", "ModeratorScope").objects.values("moderator")
    members = apps.get_model("users", "User").objects.filter(pk__in=scopes)
    for member in members:
        member.groups.add(group)
    members.update(is_staff=True)


class Migration(migrations.Migration):
    dependencies = [("community", "0022_direct_decisions"), ("users", "0009_pages_of_ones_own")]
    operations = [migrations.RunPython(give_role, migrations.RunPython.noop)]
