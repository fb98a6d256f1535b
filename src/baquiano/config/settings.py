"""The one settings file: typed, read from `environment.py`, the same for demo and production."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

from baquiano.config import environment
from baquiano.lib import crypto

ENVIRONMENT = environment.read(os.environ)
KEYS = environment.keys(ENVIRONMENT, os.environ)
environment.check(ENVIRONMENT, KEYS)
crypto.hand_over(KEYS.encryption, KEYS.hash)
environment.check_fit(ENVIRONMENT)
environment.follow_key_file(ENVIRONMENT, KEYS, os.environ)

PACKAGE = Path(__file__).resolve().parents[1]
PACKS = environment.PROJECT / "packs"
IS_DEMO = not ENVIRONMENT.is_production

SECRET_KEY = KEYS.secret
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url]
ROOT_URLCONF = "baquiano.config.urls"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["fields.W342"]

INSTALLED_APPS = [
    "baquiano.territory",
    "baquiano.accounts",
    "baquiano.knowledge",
    "baquiano.directory",
    "baquiano.channels",
    "baquiano.files",
    "baquiano.people",
    "baquiano.post",
    "baquiano.safety",
    "baquiano.accountability",
    "baquiano.conversations",
    "baquiano.custody",
    "baquiano.packs",
    "baquiano.recalls",
    "baquiano.ui",
    "baquiano.public",
    "baquiano.workspace",
    "baquiano.api",
    "baquiano.terminal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "baquiano.config.headers.BareMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "baquiano.config.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    if not ENVIRONMENT.database_url:
        ENVIRONMENT.data.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ENVIRONMENT.data / "baquiano.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 5,
                "cached_statements": 24,
                # FULL also here, not only where it was the compiled default: an acknowledged message is on disk.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-1000; PRAGMA mmap_size=33554432; PRAGMA journal_size_limit=67108864; "
                "PRAGMA secure_delete=ON;",
            },
            "TEST": {"NAME": ENVIRONMENT.data / "test.sqlite3"},
        }
    parts = urlsplit(ENVIRONMENT.database_url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Who is connected, and with which key: a rotation asks the server whether everybody has the new one.
        "OPTIONS": {
            "application_name": f"baquiano {crypto.fingerprint(KEYS.encryption[0])}",
            # Compiling a query took half a second where running it takes milliseconds: our conditions are long, our answers short.
            "options": "-c jit=off",
        },
    }


DATABASES = {"default": _database()}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    if ENVIRONMENT.database_url
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("en", "English"), ("pt", "Português"), ("fr", "Français"), ("ht", "Kreyòl ayisyen")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
STATICFILES_DIRS: list[Path] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_MANIFEST_STRICT = False  # a page of trouble must not fall over a missing picture

# Signing in: invited staff only; the same answer and the same work for a known and an unknown name.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username",)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "workspace:login"
LOGIN_REDIRECT_URL = "workspace:home"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "baquiano.config.signing_in.StaffAdapter"
MFA_ADAPTER = "baquiano.config.signing_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Baquiano"

# Sessions are rows of ours, encrypted, found by a hash of the cookie; how they end is in accounts/sessions.py.
SESSION_ENGINE = "baquiano.accounts.sessions"
SESSION_COOKIE_NAME = "staff"
SESSION_COOKIE_AGE = 10 * 60 * 60  # after that it is over, whatever was done meanwhile
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.url.startswith("https://")
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
# What a page says once goes with the session, not into a cookie that lies on a shared computer.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "baquiano.config.urls.form_expired"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if ENVIRONMENT.is_production else 0
SECURE_SSL_REDIRECT = ENVIRONMENT.is_production and not ENVIRONMENT.proxy_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.proxy_tls else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # Meta's bodies are up to 3 MB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400  # the permissions of one role are one form
# A file that somebody uploads never lies unencrypted on a disk, not even for a second: it stays in memory, and a larger one is refused.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# No name, phone or message text reaches a log: only levels, places and counts. Request paths carry opaque ids.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": []},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
