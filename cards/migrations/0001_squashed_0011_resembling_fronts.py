import django.db.models.deletion
import django.utils.timezone
import resources.fields
import resources.ids
import resources.indexes
from django.conf import settings
from django.db import migrations, models

from resources.model_creation import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('cards', '0001_initial'),
        ('cards', '0002_initial'),
        ('cards', '0003_initial'),
        ('cards', '0004_version_layers'),
        ('cards', '0005_likes_by_member'),
        ('cards', '0006_version_visibility'),
        ('cards', '0007_wider_lists'),
        ('cards', '0008_sorted_texts'),
        ('cards', '0009_is_hidden'),
        ('cards', '0010_slots'),
        ('cards', '0011_resembling_fronts'),
    ]

    initial = True

    dependencies = [
        ('card_templates', '0005_sorted_texts'),
        ('files', '0002_initial'),
        ('resources', '0003_feed'),
        ('users', '__first__'),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('title', resources.fields.SortedCharField(max_length=120, verbose_name='title')),
                ('description', models.TextField(blank=True, max_length=4000, verbose_name='description')),
                ('tags', resources.fields.TagsField(blank=True, default=list, verbose_name='tags')),
                ('rarity', models.CharField(choices=[('common', 'common'), ('uncommon', 'uncommon'), ('rare', 'rare'), ('epic', 'epic'), ('legendary', 'legendary'), ('mythic', 'mythic')], default='common', max_length=9, verbose_name='rarity')),
                ('effects', resources.fields.DocumentField(blank=True, default=dict, verbose_name='effects')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('archived', 'archived')], default='draft', max_length=9, verbose_name='status')),
                ('visibility', models.CharField(choices=[('public', 'public'), ('unlisted', 'unlisted'), ('private', 'private')], default='public', max_length=8, verbose_name='visibility')),
                ('published_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='published at')),
                ('version', models.PositiveIntegerField(default=0, editable=False, verbose_name='version')),
                ('like_count', models.PositiveIntegerField(default=0, verbose_name='likes')),
                ('view_count', models.PositiveIntegerField(default=0, verbose_name='views')),
                ('download_count', models.PositiveIntegerField(default=0, verbose_name='downloads')),
                ('comment_count', models.PositiveIntegerField(default=0, verbose_name='comments')),
                ('back', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='back')),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='cards', to=settings.AUTH_USER_MODEL, verbose_name='creator')),
                ('foil', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='foil texture')),
                ('front', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='front')),
                ('mask', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='mask')),
                ('remixed_from', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='remixes', to='cards.card', verbose_name='remixed from')),
                ('template', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cards', to='card_templates.template', verbose_name='template')),
                ('template_version', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='card_templates.templateversion', verbose_name='template version')),
                ('is_hidden', models.BooleanField(default=False, editable=False, verbose_name='hidden by moderators')),
                ('slots', resources.fields.DocumentField(blank=True, default=dict, help_text='What the card fills its template with.', verbose_name='slots')),
                ('resembles', models.ForeignKey(blank=True, editable=False, help_text='A card of somebody else that has nearly the same front.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cards.card', verbose_name='resembles')),
            ],
            options={
                'verbose_name': 'card',
                'verbose_name_plural': 'cards',
                'indexes': [models.Index(fields=['creator', '-created_at', '-id'], name='card_by_creator'), models.Index(fields=['-created_at', '-id'], name='card_newest'), models.Index(fields=['-like_count', '-id'], name='card_most_liked'), models.Index(fields=['rarity', '-like_count', '-id'], name='card_by_rarity'), models.Index(condition=models.Q(('status', 'published'), ('visibility', 'public')), fields=['-like_count', '-id'], name='card_public_most_liked'), models.Index(condition=models.Q(('status', 'published'), ('visibility', 'public')), fields=['-created_at', '-id'], name='card_public_newest'), models.Index(fields=['-comment_count', '-id'], name='card_most_discussed'), models.Index(fields=['title', 'id'], name='card_by_title'), models.Index(fields=['updated_at', 'id'], name='card_by_update'), models.Index(resources.indexes.MissingLast(models.F('published_at'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), name='card_published')],
            },
        ),
        migrations.CreateModel(
            name='CardLike',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='likes', to='cards.card', verbose_name='card')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='liked_cards', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'like',
                'verbose_name_plural': 'likes',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='card_like_newest'), models.Index(fields=['user', '-created_at', '-id'], name='card_like_by_member')],
                'constraints': [models.UniqueConstraint(fields=('card', 'user'), name='one_like_per_member', violation_error_message='You like this card already.')],
            },
        ),
        migrations.CreateModel(
            name='CardVersion',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('content', models.JSONField(verbose_name='content')),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='cards.card', verbose_name='card')),
                ('back', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='back')),
                ('foil', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='foil texture')),
                ('front', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='front')),
                ('mask', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='mask')),
                ('visibility', models.CharField(choices=[('public', 'public'), ('unlisted', 'unlisted'), ('private', 'private')], default='private', max_length=8, verbose_name='visibility')),
                ('template_version', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='card_templates.templateversion', verbose_name='template version')),
            ],
            options={
                'verbose_name': 'card version',
                'verbose_name_plural': 'card versions',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='card_version_newest')],
                'constraints': [models.UniqueConstraint(fields=('card', 'number'), name='card_version_once')],
            },
        ),
        migrations.CreateModel(
            name='ArtBand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.PositiveIntegerField(verbose_name='key')),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='art_bands', to='cards.card', verbose_name='card')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'card'), name='art_band_once')],
            },
        ),
        ]),
    ]
