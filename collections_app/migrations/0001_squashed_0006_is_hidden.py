import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import resources.fields
import resources.ids
from django.conf import settings
from django.db import migrations, models

from resources.model_creation import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('collections', '0001_initial'),
        ('collections', '0002_initial'),
        ('collections', '0003_initial'),
        ('collections', '0004_wider_lists'),
        ('collections', '0005_sorted_texts'),
        ('collections', '0006_is_hidden'),
    ]

    initial = True

    dependencies = [
        ('cards', '0003_initial'),
        ('files', '0002_initial'),
        ('users', '__first__'),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('title', resources.fields.SortedCharField(max_length=120, verbose_name='title')),
                ('description', models.TextField(blank=True, max_length=2000, verbose_name='description')),
                ('visibility', models.CharField(choices=[('public', 'public'), ('unlisted', 'unlisted'), ('private', 'private')], default='public', max_length=8, verbose_name='visibility')),
                ('goal_count', models.PositiveIntegerField(default=0, help_text='0 for a collection without an end.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100000)], verbose_name='cards when complete')),
                ('item_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='cards')),
                ('cover', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='cover')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='collections', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('is_hidden', models.BooleanField(default=False, editable=False, verbose_name='hidden by moderators')),
            ],
            options={
                'verbose_name': 'collection',
                'verbose_name_plural': 'collections',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='collection_newest'), models.Index(fields=['-item_count', '-id'], name='collection_largest'), models.Index(fields=['owner', '-created_at', '-id'], name='collection_by_owner'), models.Index(fields=['title', 'id'], name='collection_by_title'), models.Index(fields=['updated_at', 'id'], name='collection_by_update')],
            },
        ),
        migrations.CreateModel(
            name='CollectionCollaborator',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='collaborators', to='collections.collection', verbose_name='collection')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'collaborator',
                'verbose_name_plural': 'collaborators',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='collaborator_newest')],
                'constraints': [models.UniqueConstraint(fields=('collection', 'user'), name='collaborator_once', violation_error_message='This member is a collaborator already.')],
            },
        ),
        migrations.CreateModel(
            name='CollectionItem',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('section', models.CharField(blank=True, max_length=60, verbose_name='section')),
                ('note', models.TextField(blank=True, max_length=500, verbose_name='note')),
                ('position', resources.fields.SortedCharField(editable=False, max_length=64, verbose_name='position')),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cards.card', verbose_name='card')),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='collections.collection', verbose_name='collection')),
            ],
            options={
                'verbose_name': 'collection item',
                'verbose_name_plural': 'collection items',
                'indexes': [models.Index(fields=['collection', 'position', 'id'], name='item_in_order'), models.Index(fields=['position', 'id'], name='item_by_position'), models.Index(fields=['-created_at', '-id'], name='item_newest')],
                'constraints': [models.UniqueConstraint(fields=('collection', 'card'), name='card_once_in_a_collection', violation_error_message='This card is in the collection already.')],
            },
        ),
        ]),
    ]
