"""What a post shows is in its album."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("community", "0008_pictures_into_albums")]

    operations = [migrations.RemoveField(model_name="post", name="image")]
