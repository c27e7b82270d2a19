"""Stock settings over Holobase's database: Django's default middleware, DRF's default renderer."""

from config import settings as holobase
from config.settings import *  # noqa: F403 - the same tables and secrets, on purpose

DATABASES = holobase.DATABASES
if DATABASES["default"]["ENGINE"] == "server.sqlite":
    DATABASES = {"default": {**DATABASES["default"], "ENGINE": "django.db.backends.sqlite3"}}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "bench.stock.urls"
WSGI_APPLICATION = "bench.stock.wsgi.application"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SIMPLE_JWT = {"ALGORITHM": "HS256"}
LOGGING = {"version": 1, "disable_existing_loggers": False}
