"""Settings: the embedded defaults, and what environment variables change about them."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from config import (
    admin_theme,
    backends,
    env,
    formats,
    libraries,
    moderation,
    observing,
    picture_sizes,
    policies,
    providers,
    quotas,
)

libraries.adapt()

HOUR = 60 * 60
MOST_DAYS = 100 * 365
PRELOAD_SECONDS = 365 * 24 * HOUR

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir()
if not env.secret("DATABASE_URL"):
    env.require_folder(env.DATA_VARIABLE, DATA_DIR)

DEBUG = False
for name in ("SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "TURN_SECRET", "METRICS_TOKEN"):
    env.require_strong(name)
SECRET_KEY = env.generated_secret("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["*"], form=formats.HOST_NAME)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", form=formats.ORIGIN_PATTERN)
USE_TLS = env.flag("USE_TLS", default=False)
VERSION = "0.1.0"
ROLE = env.choice(env.ROLE_VARIABLE, env.ROLES, "all")
PORT = env.integer(env.PORT_VARIABLE, env.DEFAULT_PORT, minimum=1, maximum=env.HIGHEST_PORT)
# Where clients reach this installation, and where links in mails lead (the card site, if any).
PUBLIC_URL = env.site("PUBLIC_URL", f"http://localhost:{PORT}")
# Processes at several ports accept each other's tokens.
TOKEN_ISSUER = env.site("PUBLIC_URL", f"http://localhost:{env.DEFAULT_PORT}")
SITE_URL = env.site("SITE_URL")
SITE_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(SITE_URL)) if SITE_URL else ""
# A card's page on the card site, which browsers are sent on to from `/share/cards/{id}`.
CARD_URL = env.text("CARD_URL", "", form=formats.CARD_PLACE)
CORS_HEADERS = env.words("CORS_HEADERS", form=formats.HEADER_NAME)
CORS_ORIGINS = env.words("CORS_ORIGINS", [SITE_ORIGIN or "*"], form=formats.ANY_ORIGIN)
SEALING_KEYS = partial(env.generated_secrets, "SEALING_KEYS")
BLIND_INDEX_KEY = env.generated_secret("BLIND_INDEX_KEY")
OAUTH_PROVIDERS = providers.providers()
OAUTH_REDIRECTS = providers.redirects(SITE_URL, PUBLIC_URL)

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "backups",
    "realtime",
    "webhooks",
    "community",
    "collections_app",
    "cards",
    "templates_app",
    "users",
    "files",
    "resources",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
    "config.apps.ThemeConfig",
    "config.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.middleware.RequestEnvelope",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "config.middleware.OperatorAddresses",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.PagePolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.ReadersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.SignedInByCookie",
    "config.middleware.SecondFactorFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.MeasuredViews",
    "config.middleware.ClientMistakes",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

PICTURE_BYTES_LIMIT = env.integer("PICTURE_BYTES_LIMIT", 10 * 1024 * 1024, minimum=1)
PICTURE_PROCESSES = env.integer("PICTURE_PROCESSES", 1, minimum=1, maximum=1000)
PICTURE_PIXELS_AT_ONCE = env.integer("PICTURE_PIXELS_AT_ONCE", 28_000_000, minimum=1)
PICTURE_SECONDS = env.integer("PICTURE_SECONDS", 60, minimum=1)
PICTURE_MEMORY_LIMIT = env.integer(
    "PICTURE_MEMORY_LIMIT", 112 * 1024 * 1024, minimum=64 * 1024 * 1024
)
PICTURES_WAITING = env.integer("PICTURES_WAITING", 16)
PICTURE_SIZES = env.integers("PICTURE_SIZES", picture_sizes.ALL, minimum=1, maximum=4000)
VARIANT_PROCESSES = env.integer("VARIANT_PROCESSES", 2, minimum=1, maximum=1000)
VARIANTS_WAITING = env.integer("VARIANTS_WAITING", 256)
VARIANT_SECONDS = env.integer("VARIANT_SECONDS", 20, minimum=1, maximum=HOUR)
MOST_VARIANTS = env.integer("MOST_VARIANTS", 64, minimum=1)
MOST_UPLOADS_PER_NETWORK = env.integer("MOST_UPLOADS_PER_NETWORK", 8)
UPLOAD_HOURS = env.integer("UPLOAD_HOURS", 24, minimum=1, maximum=24 * 365)
QUOTA_LEVELS, QUOTA_ROLES = quotas.of_levels(), quotas.of_roles()
MOST_UPLOAD_STREAMS_PER_NETWORK = env.integer("MOST_UPLOAD_STREAMS_PER_NETWORK", 32)
UPLOAD_THREADS = env.integer("UPLOAD_THREADS", 2, minimum=1, maximum=1000)
REQUEST_THREADS = env.integer("REQUEST_THREADS", 8, minimum=1, maximum=1000)
FILE_THREADS = env.integer("FILE_THREADS", 4, minimum=1, maximum=1000)
SIGN_IN_THREADS = env.integer("SIGN_IN_THREADS", 4, minimum=1, maximum=1000)
RESOURCE_THREADS = env.integer("RESOURCE_THREADS", 4, minimum=1, maximum=1000)
COSTLY_THREADS = env.integer("COSTLY_THREADS", 2, minimum=1, maximum=1000)
ALLOW_OLD_SQLITE = env.flag("ALLOW_OLD_SQLITE", default=False)
STATEMENT_SECONDS = env.integer("STATEMENT_SECONDS", 5, maximum=HOUR)
WRITER_SECONDS = env.integer("WRITER_SECONDS", 10, minimum=1, maximum=HOUR)
KEPT_BYTES = env.integer("KEPT_BYTES", 16 * 1024 * 1024)
REQUEST_BYTES_LIMIT = 4 * PICTURE_BYTES_LIMIT
DATABASES = {"default": backends.database(DATA_DIR)}
REDIS_URL = backends.redis_url()
PROCESSES = backends.serving_processes()
CACHES = backends.caches(REDIS_URL, backends.local_cache(DATA_DIR, PORT, PROCESSES))
CHANNEL_LAYERS = {"default": backends.channel_layer(REDIS_URL, PROCESSES)}
STORAGES = backends.storages(DATA_DIR)
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
TASKS = {"default": {"BACKEND": "resources.jobs.backend.JobBackend", "QUEUES": []}}
MAIL_URL = env.url("MAIL_URL", schemes=("smtp", "smtps", "smtp+tls"))
MAIL_PLACE = "by SMTP" if MAIL_URL else DATA_DIR / "mail"
MAILERS = {"default": backends.mailer(MAIL_URL, DATA_DIR)}
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Holobase <holobase@localhost>", form=formats.MAILBOX)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["users.backends.IdentityBackend"]
BREACHED_PASSWORDS_URL = env.url("BREACHED_PASSWORDS_URL", schemes=("http", "https"))
PASSWORD_CONTEXT_WORDS = ["holobase", "holo", "card", "cards", "hologram", "binder", "template"]
AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "CommonPasswordValidator",
        )
    ),
    {"NAME": "users.password_rules.LengthRule"},
    {
        "NAME": "users.password_rules.ContextWordsRule",
        "OPTIONS": {"words": PASSWORD_CONTEXT_WORDS + env.words("PASSWORD_CONTEXT_WORDS")},
    },
    {"NAME": "users.password_rules.BreachedRule"},
]
PASSWORD_HASHERS = ["users.passwords.QuietArgon2"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale", BASE_DIR / "config" / "theme_locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
# Complete where it is known, so that pages of other origins can show what it leads to.
FILES_URL = env.text("FILES_URL", f"{env.site('PUBLIC_URL')}/files/", form=formats.PLACE)
FILES_PURGE_URL = env.url("FILES_PURGE_URL", schemes=("https", "http"))
FILES_PURGE_HEADER = env.secret("FILES_PURGE_HEADER")
FILES_FOLDER = DATA_DIR / "files"
SECRETS_FOLDER = DATA_DIR / "secrets"
FILES_GRACE_HOURS = env.integer("FILES_GRACE_HOURS", 24, maximum=MOST_DAYS * 24)
BACKUP_TO = env.text("BACKUP_TO", str(DATA_DIR / "backups"), form=formats.BACKUP_PLACE)
BACKUP_RECIPIENTS = env.words("BACKUP_RECIPIENTS", form=formats.AGE_RECIPIENT)
BACKUP_EVERY_HOURS = env.integer("BACKUP_EVERY_HOURS", 0, maximum=MOST_DAYS * 24)
BACKUP_KEEP = env.integer("BACKUP_KEEP", 14, minimum=1)
BACKUP_WORK_FOLDER = DATA_DIR
CLAMAV_URL = env.url("CLAMAV_URL", schemes=("tcp", "unix"))
CLAMAV_REQUIRED = env.flag("CLAMAV_REQUIRED", default=True)
FILES_CACHE_BYTES = env.integer("FILES_CACHE_BYTES", 32 * 1024 * 1024)
FILES_ACCEL = env.text("FILES_ACCEL", "", form=formats.INTERNAL_PLACE)
FILES_REDIRECT = env.flag("FILES_REDIRECT", default=False)
MOST_REQUESTS_PER_NETWORK = env.integer("MOST_REQUESTS_PER_NETWORK", 256)
HEADER_SECONDS = env.integer("HEADER_SECONDS", 30, minimum=1, maximum=HOUR)
BODY_SECONDS = env.integer("BODY_SECONDS", 20, minimum=1, maximum=HOUR)
DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer("BODY_BYTES_LIMIT", 2 * 1024 * 1024, minimum=1)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["resources.http.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "resources.http.bodies.JsonBody",
        "resources.http.forms.FormBody",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "resources.errors.exception_handler",
    "UNAUTHENTICATED_USER": "resources.actors.anonymous",
}
METRICS_TOKEN, METRICS_FOLDER, PROFILING, SLOW_STATEMENT_MS, OTLP_ENDPOINT = observing.switches()
PROXIES = env.integer("PROXIES", 0, maximum=10)
TRUSTED_ADDRESSES = env.networks("TRUSTED_ADDRESSES")
RESOURCES_AUTHENTICATE_TOKEN = "users.tokens.authenticate_token"
HEARTBEAT_SECONDS = env.integer("HEARTBEAT_SECONDS", 15, minimum=1, maximum=HOUR)
CHANGES_FULL_DAYS = env.integer("CHANGES_FULL_DAYS", 30, minimum=1, maximum=MOST_DAYS)
CHANGES_KEPT_DAYS = env.integer("CHANGES_KEPT_DAYS", 3 * 365, maximum=MOST_DAYS)
REALTIME_POLL_SECONDS = env.integer("REALTIME_POLL_SECONDS", 1, minimum=1, maximum=HOUR)
MOST_SUBSCRIPTIONS = env.integer("MOST_SUBSCRIPTIONS", 100, minimum=1)
MOST_SUBSCRIPTIONS_PER_USER = env.integer("MOST_SUBSCRIPTIONS_PER_USER", 1000)
MOST_SUBSCRIPTIONS_PER_NETWORK = env.integer("MOST_SUBSCRIPTIONS_PER_NETWORK", 10_000)
MOST_AUDIENCE_POINTS = env.integer("MOST_AUDIENCE_POINTS", 200)
MOST_CONNECTIONS_PER_NETWORK = env.integer("MOST_CONNECTIONS_PER_NETWORK", 1000)
MOST_CONNECTIONS_PER_USER = env.integer("MOST_CONNECTIONS_PER_USER", 50)
MOST_CONNECTIONS_PER_ADDRESS = env.integer("MOST_CONNECTIONS_PER_ADDRESS", 100)
MOST_ROOMS = env.integer("MOST_ROOMS", 20, minimum=1)
MOST_ROOM_PEERS = env.integer("MOST_ROOM_PEERS", 200, minimum=1)
ROOMS_ALLOW_GUESTS = env.flag("ROOMS_ALLOW_GUESTS", default=False)
TURN_SECRET = env.secret("TURN_SECRET")
TURN_URIS = env.words("TURN_URIS", form=formats.TURN_URI)
TURN_TTL_SECONDS = env.integer("TURN_TTL_SECONDS", 3600, minimum=60, maximum=7 * 24 * HOUR)
REALTIME_RECHECK_SECONDS = env.integer("REALTIME_RECHECK_SECONDS", 5, minimum=1, maximum=HOUR)
REALTIME_RECONNECT_SPREAD_SECONDS = env.integer(
    "REALTIME_RECONNECT_SPREAD_SECONDS", 5, maximum=HOUR
)
REALTIME_IDLE_SECONDS = env.integer("REALTIME_IDLE_SECONDS", 30, minimum=1, maximum=HOUR)
REALTIME_STUCK_SECONDS = env.integer("REALTIME_STUCK_SECONDS", 15, minimum=1, maximum=HOUR)
SHUTDOWN_SECONDS = env.integer("SHUTDOWN_SECONDS", 15, minimum=1, maximum=HOUR)
MODERATION = moderation.limits()
VAPID_PRIVATE_KEY, VAPID_SUBJECT = backends.push_service(DEFAULT_FROM_EMAIL)
WEBHOOK_ALLOW_PRIVATE = env.flag("WEBHOOK_ALLOW_PRIVATE", default=False)
ACCESS_TOKEN_MINUTES = env.integer("ACCESS_TOKEN_MINUTES", 15, minimum=1, maximum=24 * 60)
REFRESH_TOKEN_DAYS = env.integer("REFRESH_TOKEN_DAYS", 30, minimum=1, maximum=MOST_DAYS)
REFRESH_LIFETIME = timedelta(days=REFRESH_TOKEN_DAYS)
SESSION_IDLE_DAYS = env.integer("SESSION_IDLE_DAYS", 14, minimum=1, maximum=MOST_DAYS)
VIEW_WINDOW_HOURS = env.integer("VIEW_WINDOW_HOURS", 24, minimum=1, maximum=HOUR)
COUNTS_WRITTEN_SECONDS = env.integer("COUNTS_WRITTEN_SECONDS", 10, minimum=1, maximum=HOUR)
REFRESH_LEEWAY_SECONDS = env.integer("REFRESH_LEEWAY_SECONDS", 10, maximum=HOUR)
GUESSES_PER_PLACE = env.integer("GUESSES_PER_PLACE", 5, minimum=1)
GUESSES_PER_ACCOUNT = env.integer("GUESSES_PER_ACCOUNT", 50, minimum=1)
STEP_UP_MINUTES = env.integer("STEP_UP_MINUTES", 10, minimum=1, maximum=24 * 60)
ERASURE_GRACE_DAYS = env.integer("ERASURE_GRACE_DAYS", 14, maximum=MOST_DAYS)
REQUIRE_STAFF_2FA = env.flag(
    "REQUIRE_STAFF_2FA", default=urlsplit(PUBLIC_URL).hostname not in providers.LOOPBACK
)
# Passkeys may be asked for by the two sites above and, where there are any, by mobile apps.
PASSKEY_ORIGINS = env.words("PASSKEY_ORIGINS", form=formats.APP_ORIGIN)
REACTIONS = env.words(
    "REACTIONS", ("👍", "😍", "🔥", "✨", "😂", "😮", "😢", "🎉"), form=formats.EMOJI
)
RESERVED_USERNAMES = env.words("RESERVED_USERNAMES", form=formats.USERNAME)
# What a suspended or banned member may still do, by the token that sign-in answers with.
APPEAL_SCOPES = frozenset(
    {"moderation-log:read", "sanctions:read", "appeals:read", "appeals:write"}
)
RESOURCES_ACTOR_OF_USER = "users.selectors.actor_of"
REALTIME_APART_FROM_USER = "users.selectors.apart_from"
THROTTLE_RATES = {
    "read": env.text("THROTTLE_READ", "3000/min", form=formats.RATE),
    "write": env.text("THROTTLE_WRITE", "300/min", form=formats.RATE),
    "auth": env.text("THROTTLE_AUTH", "60/min", form=formats.RATE),
    "refresh": env.text("THROTTLE_REFRESH", "60/min", form=formats.RATE),
    "mail": env.text("THROTTLE_MAIL", "5/hour", form=formats.RATE),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Holobase",
    "VERSION": VERSION,
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": PUBLIC_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": [
        "realtime.streams.with_streams",
        "resources.http.openapi.document.completed",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

SECURE_CSP = policies.PAGES
ADMIN_CSP = policies.admin_policy(FILES_URL)
DOCS_CSP = policies.docs_policy(PUBLIC_URL)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if USE_TLS else None
SECURE_SSL_REDIRECT = USE_TLS
# Browsers hold on to these long after an operator has changed their mind, hence little by default.
HSTS_SECONDS = env.integer("HSTS_SECONDS", 24 * HOUR)
SECURE_HSTS_SECONDS = HSTS_SECONDS if USE_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which would have both on
# Moderators' cookie in the admin: using it does not make it last longer.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = USE_TLS
CSRF_COOKIE_SECURE = USE_TLS
# No neighbour below the same domain can set these (RFC 6265bis, 4.1.3.2).
SESSION_COOKIE_NAME = "__Host-sessionid" if USE_TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if USE_TLS else "csrftoken"

LOGGING = backends.logging(env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO"))

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_MINUTES),
    "REFRESH_TOKEN_LIFETIME": REFRESH_LIFETIME,
    # Keys are in the database and rotate: users/tokens.py gives each token class its backend.
    "ALGORITHM": "ES256",
    "SIGNING_KEY": "",
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
}
UNFOLD = admin_theme.THEME

env.require(
    "PUBLIC_URL",
    "expected https://, as USE_TLS is on",
    unless=not USE_TLS
    or urlsplit(PUBLIC_URL).hostname in providers.LOOPBACK
    or PUBLIC_URL.startswith("https:"),
)
env.require(
    "FILES_ACCEL",
    "nginx has no file to send, as files are in a bucket: FILES_REDIRECT is for those",
    unless=not FILES_ACCEL or "location" in STORAGES["default"]["OPTIONS"],
)
env.require(
    "FILES_REDIRECT",
    "there is no bucket to lead to: set S3_BUCKET",
    unless=not FILES_REDIRECT or "bucket_name" in STORAGES["default"]["OPTIONS"],
)
env.require(
    "HSTS_PRELOAD",
    f"expected HSTS_INCLUDE_SUBDOMAINS=true and HSTS_SECONDS={PRELOAD_SECONDS} besides",
    unless=not SECURE_HSTS_PRELOAD
    or (SECURE_HSTS_INCLUDE_SUBDOMAINS and HSTS_SECONDS >= PRELOAD_SECONDS),
)
env.require(
    "TURN_URIS" if TURN_SECRET else "TURN_SECRET",
    "is not set, but TURN_SECRET and TURN_URIS go together",
    unless=bool(TURN_SECRET) == bool(TURN_URIS),
)
env.require(
    "FILES_PURGE_HEADER",
    "expected a header such as Fastly-Key: …",
    unless=not FILES_PURGE_HEADER or FILES_PURGE_HEADER.partition(":")[1] == ":",
)
env.require(
    "CHANGES_KEPT_DAYS",
    "expected 0 (for ever), or no less than CHANGES_FULL_DAYS",
    unless=not CHANGES_KEPT_DAYS or CHANGES_KEPT_DAYS >= CHANGES_FULL_DAYS,
)
env.require(
    "GUESSES_PER_ACCOUNT",
    "expected no less than GUESSES_PER_PLACE",
    unless=GUESSES_PER_ACCOUNT >= GUESSES_PER_PLACE,
)
is_backed_up_to_bucket = BACKUP_TO.startswith("s3://")
env.require(
    "BACKUP_TO",
    "there is no S3 server to lead to: set S3_BUCKET",
    unless=not is_backed_up_to_bucket or "bucket_name" in STORAGES["default"]["OPTIONS"],
)
env.require(
    "BACKUP_RECIPIENTS",
    "expected a key, as backups hold the secrets and are to leave this machine: ./holo backup key",
    unless=not is_backed_up_to_bucket or bool(BACKUP_RECIPIENTS),
)
env.require_known()
