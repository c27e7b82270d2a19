"""Accounts and what belongs to them, and the roles as Django groups with permissions for the admin."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import resources.fields
import resources.ids
import resources.sealing
from django.conf import settings
from django.db import migrations, models

from resources.model_creation import CreateModels

ROLES = ("member", "creator", "moderator", "admin")


def create_roles(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


def delete_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()



class Migration(migrations.Migration):

    replaces = [
        ('users', '0001_initial'),
        ('users', '0002_roles'),
        ('users', '0003_accounts'),
        ('users', '0004_sorted_texts'),
        ('users', '0005_warnings_and_trust'),
        ('users', '0006_active_days'),
        ('users', '0007_relationships'),
        ('users', '0008_former_usernames'),
        ('users', '0009_pages_of_ones_own'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('files', '0001_initial'),
        ('resources', '0002_search'),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', resources.sealing.SealedField(validators=[django.core.validators.EmailValidator()], verbose_name='e-mail address')),
                ('username', resources.fields.SortedCharField(max_length=30, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9](?:[A-Za-z0-9_.-]{1,28})[A-Za-z0-9]$', '3 to 30 letters, digits, dots, dashes or underscores.', code='bad_username')], verbose_name='username')),
                ('display_name', resources.fields.SortedCharField(blank=True, max_length=60, verbose_name='display name')),
                ('bio', models.TextField(blank=True, max_length=500, verbose_name='about')),
                ('locale', models.CharField(choices=[('en', 'English'), ('ko', '한국어')], default='en', max_length=5, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may use the admin')),
                ('is_verified', models.BooleanField(default=False, verbose_name='e-mail address verified')),
                ('trust_level', models.PositiveSmallIntegerField(default=0, verbose_name='trust level')),
                ('card_count', models.PositiveIntegerField(default=0, verbose_name='published cards')),
                ('collection_count', models.PositiveIntegerField(default=0, verbose_name='collections')),
                ('follower_count', models.PositiveIntegerField(default=0, verbose_name='followers')),
                ('following_count', models.PositiveIntegerField(default=0, verbose_name='following')),
                ('avatar', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file', verbose_name='avatar')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('barred_until', models.DateTimeField(editable=False, null=True, verbose_name='barred until')),
                ('email_index', models.CharField(editable=False, max_length=64, unique=True)),
                ('leaves_at', models.DateTimeField(editable=False, null=True, verbose_name='is erased at')),
                ('session_epoch', models.PositiveIntegerField(default=0, editable=False)),
                ('silenced_until', models.DateTimeField(editable=False, null=True, verbose_name='silenced until')),
            ],
            options={
                'verbose_name': 'member',
                'verbose_name_plural': 'members',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='user_newest'), models.Index(fields=['-follower_count', '-id'], name='user_most_followed')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='username_unique_in_any_case', violation_error_message='This username is taken.')],
            },
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.CharField(max_length=43, primary_key=True, serialize=False, verbose_name='key id')),
                ('private', resources.sealing.SealedField(verbose_name='private key (PEM)')),
                ('public', models.JSONField(verbose_name='public key (JWK)')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created at')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='verifies until')),
            ],
            options={
                'verbose_name': 'signing key',
                'verbose_name_plural': 'signing keys',
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('scopes', resources.fields.DocumentField(verbose_name='scopes')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('hint', models.CharField(editable=False, max_length=12, verbose_name='begins with')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'API key',
                'verbose_name_plural': 'API keys',
                'indexes': [models.Index(fields=['owner', '-created_at', '-id'], name='api_key_of_owner'), models.Index(fields=['created_at'], name='api_key_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('document', models.CharField(max_length=40, verbose_name='document')),
                ('version', models.CharField(max_length=40, verbose_name='version')),
                ('is_given', models.BooleanField(verbose_name='agreed')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='consent_of_member'), models.Index(fields=['document', '-created_at'], name='consent_to_document'), models.Index(fields=['created_at'], name='consent_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('state', models.CharField(choices=[('pending', 'being put together'), ('ready', 'ready'), ('failed', 'failed'), ('expired', 'expired')], default='pending', max_length=8, verbose_name='state')),
                ('key', models.CharField(blank=True, editable=False, max_length=120)),
                ('size', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='bytes')),
                ('expires_at', models.DateTimeField(editable=False, null=True, verbose_name='kept until')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exports', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'export of data',
                'verbose_name_plural': 'exports of data',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='export_of_member'), models.Index(fields=['created_at'], name='export_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('provider', models.CharField(max_length=40, verbose_name='provider')),
                ('subject', resources.sealing.SealedField(verbose_name='id at the provider')),
                ('subject_index', models.CharField(editable=False, max_length=64)),
                ('email', resources.sealing.SealedField(blank=True, verbose_name='e-mail address')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'linked account',
                'verbose_name_plural': 'linked accounts',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='identity_of_member'), models.Index(fields=['created_at'], name='identity_by_age')],
                'constraints': [models.UniqueConstraint(fields=('provider', 'subject_index'), name='identity_once', violation_error_message='This account is linked already.')],
            },
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('credential_id', models.CharField(editable=False, max_length=512, unique=True)),
                ('public_key', models.TextField(editable=False)),
                ('sign_count', models.PositiveBigIntegerField(default=0, editable=False)),
                ('transports', models.JSONField(default=list, editable=False)),
                ('is_backed_up', models.BooleanField(default=False, verbose_name='kept in a password manager')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'passkey',
                'verbose_name_plural': 'passkeys',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='passkey_of_member'), models.Index(fields=['created_at'], name='passkey_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('verify', 'verify an e-mail address'), ('reset', 'set a new password'), ('change', 'change the e-mail address'), ('sign_in', 'sign in')], max_length=8)),
                ('address', resources.sealing.SealedField()),
                ('address_index', models.CharField(max_length=64)),
                ('payload', resources.sealing.SealedField(blank=True)),
                ('code_digest', models.CharField(blank=True, max_length=64)),
                ('secret_digest', models.CharField(blank=True, max_length=64)),
                ('failure_count', models.PositiveSmallIntegerField(default=0)),
                ('locale', models.CharField(default='en', max_length=5)),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='proofs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['address_index', 'purpose', '-created_at'], name='proof_newest')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'digest'), name='recovery_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Sanction',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('kind', models.CharField(choices=[('warn', 'warned'), ('silence', 'may read but not write'), ('suspend', 'may not sign in for a while'), ('ban', 'may not sign in again')], max_length=8, verbose_name='measure')),
                ('reason', models.TextField(max_length=2000, verbose_name='reason')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('lifted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='lifted')),
                ('imposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='imposed by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sanctions', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'sanction',
                'verbose_name_plural': 'sanctions',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='sanction_of_member'), models.Index(fields=['-created_at', '-id'], name='sanction_newest'), models.Index(fields=['kind', '-created_at'], name='sanction_of_kind')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at', None), ('kind', 'suspend'), _negated=True), name='suspension_ends', violation_error_message='Say until when the member is suspended.'), models.CheckConstraint(condition=models.Q(('kind__in', ['warn', 'silence', 'suspend', 'ban'])), name='sanction_of_a_known_kind'), models.CheckConstraint(condition=models.Q(('expires_at__isnull', False), ('kind', 'warn'), _negated=True), name='warning_has_no_end', violation_error_message='A warning has no end.')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('method', models.CharField(max_length=60, verbose_name='signed in by')),
                ('device', models.CharField(blank=True, max_length=120, verbose_name='device')),
                ('address', resources.sealing.SealedField(blank=True, verbose_name='network address')),
                ('address_index', models.CharField(blank=True, editable=False, max_length=64)),
                ('generation', models.PositiveIntegerField(default=1, editable=False)),
                ('rotated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('last_seen_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last seen')),
                ('authenticated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='proved')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='session_of_member'), models.Index(fields=['created_at'], name='session_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Totp',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('secret', resources.sealing.SealedField()),
                ('last_step', models.PositiveBigIntegerField(default=0)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='totp', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ActiveDay',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField(verbose_name='day')),
                ('visits', models.PositiveIntegerField(default=0)),
                ('seconds', models.PositiveIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='active_days', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'active day',
                'verbose_name_plural': 'active days',
                'constraints': [models.UniqueConstraint(fields=('day', 'user'), name='one_row_per_active_day')],
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('blocked', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='blocked')),
                ('blocker', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to=settings.AUTH_USER_MODEL, verbose_name='blocker')),
            ],
            options={
                'verbose_name': 'block',
                'verbose_name_plural': 'blocks',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='block_newest'), models.Index(fields=['blocked', 'blocker'], name='block_by_blocked'), models.Index(fields=['blocker', '-created_at', '-id'], name='block_by_blocker')],
                'constraints': [models.UniqueConstraint(fields=('blocker', 'blocked'), name='block_once', violation_error_message='You have blocked this member already.'), models.CheckConstraint(condition=models.Q(('blocker', models.F('blocked')), _negated=True), name='block_somebody_else', violation_error_message="You can't block yourself.")],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('followed', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='followers', to=settings.AUTH_USER_MODEL, verbose_name='followed')),
                ('follower', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='follows', to=settings.AUTH_USER_MODEL, verbose_name='follower')),
            ],
            options={
                'verbose_name': 'follow',
                'verbose_name_plural': 'follows',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='follow_newest'), models.Index(fields=['follower', '-created_at', '-id'], name='follow_by_follower'), models.Index(fields=['followed', '-created_at', '-id'], name='follow_by_followed')],
                'constraints': [models.UniqueConstraint(fields=('follower', 'followed'), name='follow_once', violation_error_message='You follow this member already.'), models.CheckConstraint(condition=models.Q(('follower', models.F('followed')), _negated=True), name='follow_somebody_else', violation_error_message="You can't follow yourself.")],
            },
        ),
        migrations.CreateModel(
            name='Mute',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('muted', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='muted')),
                ('muter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mutes', to=settings.AUTH_USER_MODEL, verbose_name='muter')),
            ],
            options={
                'verbose_name': 'mute',
                'verbose_name_plural': 'mutes',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='mute_newest'), models.Index(fields=['muter', '-created_at', '-id'], name='mute_by_muter')],
                'constraints': [models.UniqueConstraint(fields=('muter', 'muted'), name='mute_once', violation_error_message='You have muted this member already.'), models.CheckConstraint(condition=models.Q(('muter', models.F('muted')), _negated=True), name='mute_somebody_else', violation_error_message="You can't mute yourself.")],
            },
        ),
        migrations.CreateModel(
            name='FormerUsername',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('username', models.CharField(max_length=30, verbose_name='username')),
                ('kept_until', models.DateTimeField(verbose_name='kept until')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='former_usernames', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'former username',
                'verbose_name_plural': 'former usernames',
                'indexes': [models.Index(fields=['-created_at', '-id'], name='former_username_newest'), models.Index(fields=['user', '-created_at', '-id'], name='former_username_by_member')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='former_username_unique_in_any_case', violation_error_message='This username is taken.')],
            },
        ),
        migrations.CreateModel(
            name='AccountEvent',
            fields=[
                ('id', resources.fields.RecordIdField(default=resources.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at')),
                ('revision', models.PositiveIntegerField(default=1, editable=False, verbose_name='revision')),
                ('kind', models.CharField(choices=[('registered', 'account opened'), ('signed_in', 'signed in'), ('sign_in_failed', 'sign-in failed'), ('signed_out', 'signed out'), ('session_ended', 'session ended'), ('token_reused', 'old refresh token used again'), ('password_changed', 'password changed'), ('email_verified', 'e-mail address verified'), ('email_changed', 'e-mail address changed'), ('username_changed', 'username changed'), ('factor_added', 'second factor added'), ('factor_removed', 'second factor removed'), ('recovery_used', 'recovery code used'), ('stepped_up', 'identity confirmed'), ('identity_linked', 'provider linked'), ('identity_unlinked', 'provider unlinked'), ('key_created', 'API key created'), ('key_revoked', 'API key revoked'), ('key_token', 'token for a service issued'), ('role_given', 'role given'), ('role_taken', 'role taken away'), ('sanctioned', 'sanctioned'), ('sanction_lifted', 'sanction lifted'), ('trust_raised', 'trust level raised'), ('trust_lowered', 'trust level lowered'), ('export_requested', 'export of data requested'), ('erasure_requested', 'erasure of the account requested'), ('erasure_cancelled', 'erasure of the account cancelled')], max_length=20, verbose_name='what')),
                ('device', models.CharField(blank=True, max_length=120, verbose_name='device')),
                ('address', resources.sealing.SealedField(blank=True, verbose_name='network address')),
                ('detail', models.JSONField(blank=True, default=dict, verbose_name='detail')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to=settings.AUTH_USER_MODEL, verbose_name='member')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='users.session')),
            ],
            options={
                'verbose_name': 'account event',
                'verbose_name_plural': 'account events',
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='event_of_member'), models.Index(fields=['-created_at', '-id'], name='event_newest'), models.Index(fields=['kind', '-created_at'], name='event_of_kind')],
            },
        ),
        ]),
        migrations.RunPython(create_roles, delete_roles),
    ]
