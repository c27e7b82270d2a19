"""The log of changes, the full-text index and kept answers, with what each database does its own way."""

import django.utils.timezone
import resources.fields
from django.db import migrations, models

from resources.model_creation import CreateModels

SQLITE = [
    "CREATE VIRTUAL TABLE resources_search USING fts5("
    "title, body, title_parts, body_parts, tokenize = 'ascii')",
    # Segments are merged eight at a time, not four, which takes creates less time.
    "INSERT INTO resources_search (resources_search, rank) VALUES ('automerge', 8)",
]
SQLITE_UNDO = ["DROP TABLE resources_search"]
POSTGRESQL = [
    "CREATE UNIQUE INDEX change_by_position ON resources_change (position)",
    "CREATE INDEX change_without_position ON resources_change (id) WHERE position IS NULL",
    "ALTER TABLE resources_searchentry ADD COLUMN vector tsvector",
    "CREATE INDEX search_by_terms ON resources_searchentry USING gin (vector)",
]


def make_indexes(apps, schema_editor):
    run(schema_editor, SQLITE, POSTGRESQL)


def drop_indexes(apps, schema_editor):
    """Drop what does not go with its table."""
    run(schema_editor, SQLITE_UNDO, [])


def run(schema_editor, sqlite, postgresql):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in sqlite if is_sqlite else postgresql:
        schema_editor.execute(statement, params=None)



class Migration(migrations.Migration):

    replaces = [
        ('resources', '0001_initial'),
        ('resources', '0002_search'),
        ('resources', '0003_feed'),
        ('resources', '0004_assigned_position'),
        ('resources', '0005_search_terms'),
        ('resources', '0006_log_consumers'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('resource', models.CharField(max_length=40, verbose_name='resource')),
                ('record_id', resources.fields.RecordIdField(verbose_name='record')),
                ('action', models.CharField(choices=[('create', 'created'), ('update', 'updated'), ('delete', 'deleted')], max_length=6, verbose_name='action')),
                ('actor_id', resources.fields.RecordIdField(null=True, verbose_name='actor')),
                ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
                ('before', models.JSONField(default=dict, verbose_name='before')),
                ('after', models.JSONField(default=dict, verbose_name='after')),
                ('assigned_position', models.BigIntegerField(db_column='position', editable=False, null=True)),
            ],
            options={
                'verbose_name': 'change',
                'verbose_name_plural': 'changes',
                'indexes': [models.Index(fields=['resource', 'record_id', 'id'], name='change_by_record'), models.Index(fields=['at'], name='change_by_time')],
            },
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('actor', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=255)),
                ('fingerprint', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('actor', 'key'), name='one_answer_per_key')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('resource', models.CharField(max_length=40)),
                ('record_id', resources.fields.RecordIdField()),
                ('digest', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record_id', 'resource'), name='one_entry_per_record')],
            },
        ),
        migrations.CreateModel(
            name='ConsumerPosition',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('position', models.BigIntegerField()),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('retry_at', models.DateTimeField(null=True)),
                ('moved_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='SkippedChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('consumer', models.CharField(max_length=40)),
                ('position', models.BigIntegerField()),
                ('resource', models.CharField(max_length=40)),
                ('record_id', resources.fields.RecordIdField()),
                ('error', models.CharField(max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        ]),
        migrations.RunPython(make_indexes, drop_indexes),
    ]
