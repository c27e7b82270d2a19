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
        ('card_templates', '0001_initial'),
        ('card_templates', '0002_initial'),
        ('card_templates', '0003_pending_edits'),
        ('card_templates', '0004_wider_lists'),
        ('card_templates', '0005_sorted_texts'),
        ('card_templates', '0006_is_hidden'),
    ]

    initial = True

    dependencies = [
        ('files', '0002_initial'),
        ('users', '__first__'),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('title', resources.fields.SortedCharField(max_length=120, verbose_name='title')),
                ('description', models.TextField(blank=True, max_length=2000, verbose_name='description')),
                ('category', models.CharField(choices=[('creature', 'creature'), ('landscape', 'landscape'), ('item', 'item'), ('character', 'character'), ('other', 'other')], default='other', max_length=12, verbose_name='category')),
                ('slots', resources.fields.DocumentField(help_text='A JSON Schema of the slots that a card fills.', verbose_name='slots')),
                ('default_effects', resources.fields.DocumentField(blank=True, default=dict, verbose_name='default effects')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('changes_requested', 'changes requested'), ('approved', 'approved'), ('deprecated', 'deprecated')], default='draft', max_length=17, verbose_name='state')),
                ('moderator_note', models.TextField(blank=True, max_length=2000, verbose_name="moderator's note")),
                ('version', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('use_count', models.PositiveIntegerField(default=0, verbose_name='uses')),
                ('rating_sum', models.PositiveIntegerField(default=0, verbose_name='sum of ratings')),
                ('rating_count', models.PositiveIntegerField(default=0, verbose_name='ratings')),
                ('rating_average', models.FloatField(default=0, verbose_name='average rating')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='templates', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('preview', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='preview')),
                ('pending', models.JSONField(blank=True, default=dict, editable=False, verbose_name='changes that wait for approval')),
                ('pending_preview', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='preview that waits for approval')),
                ('pending_state', models.CharField(blank=True, choices=[('draft', 'draft'), ('submitted', 'submitted'), ('changes_requested', 'changes requested'), ('approved', 'approved'), ('deprecated', 'deprecated')], default='', editable=False, max_length=17, verbose_name='state of the waiting changes')),
                ('is_hidden', models.BooleanField(default=False, editable=False, verbose_name='hidden by moderators')),
            ],
            options={
                'verbose_name': 'template',
                'verbose_name_plural': 'templates',
                'indexes': [models.Index(fields=['category', '-rating_average', '-id'], name='template_by_category_rating'), models.Index(fields=['-created_at', '-id'], name='template_newest'), models.Index(fields=['-rating_average', '-id'], name='template_best'), models.Index(fields=['-use_count', '-id'], name='template_most_used'), models.Index(fields=['title', 'id'], name='template_by_title'), models.Index(fields=['updated_at', 'id'], name='template_by_update')],
                'constraints': [models.CheckConstraint(condition=models.Q(('rating_average__gte', 0), ('rating_average__lte', 5)), name='template_rating_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('stars', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='stars')),
                ('text', models.TextField(blank=True, max_length=4000, verbose_name='text')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='card_templates.template', verbose_name='template')),
                ('is_hidden', models.BooleanField(default=False, editable=False, verbose_name='hidden by moderators')),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='review_newest'), models.Index(fields=['-stars', '-id'], name='review_by_stars')],
                'constraints': [models.UniqueConstraint(fields=('template', 'author'), name='one_review_per_member', violation_error_message='You have reviewed this template already.'), models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='review_stars_in_range', violation_error_message='Stars go from 1 to 5.')],
            },
        ),
        migrations.CreateModel(
            name='TemplateVersion',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('slots', models.JSONField(verbose_name='slots')),
                ('default_effects', models.JSONField(default=dict, verbose_name='default effects')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='card_templates.template', verbose_name='template')),
            ],
            options={
                'verbose_name': 'template version',
                'verbose_name_plural': 'template versions',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='template_version_newest')],
                'constraints': [models.UniqueConstraint(fields=('template', 'number'), name='template_version_once')],
            },
        ),
        ]),
    ]
