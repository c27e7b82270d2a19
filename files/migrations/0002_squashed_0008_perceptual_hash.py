import django.db.models.deletion
import django.utils.timezone
import resources.fields
import resources.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('files', '0002_initial'),
        ('files', '0003_file_digest'),
        ('files', '0004_variants'),
        ('files', '0005_files_without_size'),
        ('files', '0006_unused_since'),
        ('files', '0007_uploads'),
        ('files', '0008_perceptual_hash'),
    ]

    dependencies = [
        ('files', '0001_initial'),
        ('users', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('claimed_until', models.DateTimeField(verbose_name='claimed until')),
                ('size', models.PositiveBigIntegerField(null=True, verbose_name='bytes')),
                ('content_type', models.CharField(max_length=40, verbose_name='content type')),
                ('digest', models.CharField(blank=True, default='', max_length=64, verbose_name='SHA-256 digest')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='files.file', verbose_name='file')),
            ],
            options={
                'verbose_name': 'variant',
                'verbose_name_plural': 'variants',
                'constraints': [models.UniqueConstraint(fields=('file', 'name'), name='one_variant_per_name')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('whole', 'whole'), ('partial', 'piece of a file'), ('final', 'made of pieces'), ('presigned', 'straight to the bucket')], default='whole', max_length=10, verbose_name='kind')),
                ('state', models.CharField(choices=[('open', 'open'), ('finished', 'finished'), ('refused', 'refused')], default='open', max_length=10, verbose_name='state')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='original name')),
                ('field', models.CharField(blank=True, max_length=100, verbose_name='field')),
                ('metadata', models.TextField(blank=True, editable=False)),
                ('concat', models.TextField(blank=True, editable=False)),
                ('length', models.PositiveBigIntegerField(null=True, verbose_name='length')),
                ('offset', models.PositiveBigIntegerField(default=0, verbose_name='received')),
                ('reserved', models.PositiveBigIntegerField(default=0, editable=False)),
                ('claim', models.PositiveBigIntegerField(default=0, editable=False)),
                ('multipart_id', models.TextField(blank=True, editable=False)),
                ('next_part', models.PositiveIntegerField(default=1, editable=False)),
                ('tail', models.CharField(blank=True, editable=False, max_length=120)),
                ('file_id', resources.fields.RecordIdField(editable=False, null=True)),
                ('refusal', models.JSONField(default=dict, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'upload',
                'verbose_name_plural': 'uploads',
                'indexes': [models.Index(fields=['expires_at'], name='upload_by_end')],
            },
        ),
        migrations.CreateModel(
            name='UploadPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('tag', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('upload', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='files.upload')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('upload', 'number'), name='one_part_per_number')],
            },
        ),
        migrations.AddField(
            model_name='file',
            name='digest',
            field=models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='SHA-256 digest'),
        ),
        migrations.AddField(
            model_name='file',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='files', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AddField(
            model_name='file',
            name='perceptual_hash',
            field=models.CharField(blank=True, default='', editable=False, max_length=32, verbose_name='perceptual hash'),
        ),
        migrations.AddField(
            model_name='file',
            name='unused_since',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, null=True, verbose_name='unused since'),
        ),
        migrations.AlterField(
            model_name='file',
            name='height',
            field=models.PositiveIntegerField(null=True, verbose_name='height'),
        ),
        migrations.AlterField(
            model_name='file',
            name='width',
            field=models.PositiveIntegerField(null=True, verbose_name='width'),
        ),
        migrations.AddIndex(
            model_name='file',
            index=models.Index(fields=['created_at'], name='file_by_age'),
        ),
        migrations.AddIndex(
            model_name='file',
            index=models.Index(condition=models.Q(('unused_since__isnull', False)), fields=['unused_since'], name='file_by_time_unused'),
        ),
    ]
