"""One settings file: the environment in, sensible defaults, loud failure on nonsense. See docs/operations.md."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: more threads hang forked workers and slow busy machines
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import base64
import binascii
import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from portal import environment as env
from portal.core.logs import logging_config
from portal.core.sealing import read_keys
from portal.site.admin_look import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent


def _secret(value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("base64 is expected") from error
    if len(key) < 32:
        raise ValueError("at least 32 bytes in base64 are expected")
    return key


def _plugs(value: str) -> dict[str, Any]:
    """TOML file or inline JSON: alias → {BACKEND, OPTIONS}."""
    try:
        found = json.loads(value) if value.startswith("{") else tomllib.loads(Path(value).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"neither JSON nor a readable TOML file ({error})") from error
    if not found or not all(isinstance(one, dict) and "BACKEND" in one for one in found.values()):
        raise ValueError("each entry needs a BACKEND")
    return dict(found)


# --- where we are ---------------------------------------------------------------------------------------------------
SITE_URL = env.web_address("SITE_URL")
_SITE = urlsplit(SITE_URL)
IS_HTTPS = _SITE.scheme == "https"
IS_LOOPBACK = _SITE.hostname in ("localhost", "127.0.0.1", "::1")
DEBUG = env.flag("DEBUG", False)
if DEBUG and not IS_LOOPBACK:
    env.stop("DEBUG=1은 localhost에서만 쓸 수 있습니다.")
if not IS_HTTPS and not env.flag("ALLOW_INSECURE_HTTP", False):
    env.stop("SITE_URL은 https여야 합니다 (시험이라면 ALLOW_INSECURE_HTTP=1).")
ALLOWED_HOSTS = [_SITE.hostname or "", *(["localhost", "127.0.0.1", "[::1]"] if IS_LOOPBACK else [])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
STATE_DIR = env.folder("STATE_DIR", BASE_DIR / "var")
MEDIA_DIR = env.folder("MEDIA_DIR", STATE_DIR / "media")
STATIC_ROOT = env.folder("STATIC_ROOT", STATE_DIR / "static")

# --- secrets --------------------------------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY")
PII_KEYS = env.read("PII_KEYS", read_keys)
PII_INDEX_KEY = env.read("PII_INDEX_KEY", _secret)
DATA_KEK = env.read("DATA_KEK", _secret)

# --- the district: never hard-coded -----------------------------------------------------------------------------------
DISTRICT_NAME = env.text("DISTRICT_NAME")
DISTRICT_CITY = env.text("DISTRICT_CITY")
DISTRICT_PHONE = env.text("DISTRICT_PHONE")
DISTRICT_IS_GOVERNMENT = env.flag("DISTRICT_IS_GOVERNMENT", False)
DISTRICT_IS_DEMO = env.flag("DISTRICT_IS_DEMO", False)

# --- applications -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal.core.apps.CoreConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "portal.site.apps.SotongAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "csp",
    "pgtrigger",
    "drf_spectacular",
    "portal.accounts.apps.AccountsConfig",
    "messaging.apps.MessagingConfig",
    "portal.approvals.apps.ApprovalsConfig",
    "complaints.apps.ComplaintsConfig",
    "notices.apps.NoticesConfig",
    "chatbot.apps.ChatbotConfig",
    "portal.site.apps.SiteConfig",
]
MIDDLEWARE = [
    "portal.core.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "portal.core.middleware.UncachedPersonalPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.core.middleware.LockedDoors",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.core.context.district",
            ],
        },
    }
]
FORM_RENDERER = "portal.core.forms.Renderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- data -------------------------------------------------------------------------------------------------------------
DB_POOL = env.number("DB_POOL", 0)
DATABASES: dict[str, Any] = {
    "default": {
        **env.database("DATABASE_URL"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0 if DB_POOL else 60,
        "OPTIONS": {
            "application_name": os.environ.get("SOTONG_PROCESS", "manage"),
            "connect_timeout": 10,
            **({"pool": {"min_size": 2, "max_size": DB_POOL, "timeout": 10}} if DB_POOL else {}),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
REDIS_URL = env.redis("REDIS_URL")
KEY_PREFIX = env.text("KEY_PREFIX", "sotong")
CACHES = {
    "default": {
        "BACKEND": "portal.core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://"),
        "KEY_PREFIX": KEY_PREFIX,
    }
}

# --- people -----------------------------------------------------------------------------------------------------------
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "admin:login"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
OFFICIAL_IDLE_MINUTES = env.number("OFFICIAL_IDLE_MINUTES", 30, at_least=5)
SESSION_COOKIE_AGE = 90 * 86_400  # a citizen's device; the admin site gives officials OFFICIAL_IDLE_MINUTES
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.site.views.csrf_failure"

# --- headers ----------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]  # probes ask inside, over http
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 63_072_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, Any] = {"geolocation": "self", "camera": [], "microphone": []}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # form fields; files stream to disk and have limits of their own
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- languages, files -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
FORMAT_MODULE_PATH = "portal.core.formats"
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_DIR)}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.core.static.StaticFiles"
    },
}

# --- processes --------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL

# --- rooms ------------------------------------------------------------------------------------------------------------
MESSAGING_CARRIERS = env.read("MESSAGING_CARRIERS", _plugs)
MESSAGING_ALLOW_SIMULATOR = env.flag("MESSAGING_ALLOW_SIMULATOR", False)
MESSAGING_NEW_SENDER_DAYS = env.number("MESSAGING_NEW_SENDER_DAYS", 0, at_least=0)
MESSAGING_LEASE_SECONDS = env.number("MESSAGING_LEASE_SECONDS", 60, at_least=2)
NOTICES_LEASE_SECONDS = env.number("NOTICES_LEASE_SECONDS", 300, at_least=2)
NOTICES_CONSENT_DAYS = env.number("NOTICES_CONSENT_DAYS", 1_095, at_least=1)
NOTICES_TURN_HOURS = env.number("NOTICES_TURN_HOURS", 48, at_least=1)
NOTICES_VERIFIED_DAYS = env.number("NOTICES_VERIFIED_DAYS", 90, at_least=1)
NOTICES_LINK_DAYS = env.number("NOTICES_LINK_DAYS", 30, at_least=1)
NOTICES_PURGE_DAYS = env.number("NOTICES_PURGE_DAYS", 90, at_least=1)
COMPLAINTS_COLLAPSE = timedelta(seconds=env.number("COMPLAINTS_COLLAPSE_SECONDS", 600))
PAYMENT_PROVIDERS: dict[str, Any] = env.read(
    "PAYMENT_PROVIDERS", _plugs, {"accounts": {"BACKEND": "notices.payments.accounts.Accounts"}}
)
NOTICES_RELAY: dict[str, Any] = env.read("NOTICES_RELAY", _plugs, {})
NOTICES_CI_KEY: bytes = env.read("NOTICES_CI_KEY", _secret, b"")
if NOTICES_RELAY and not NOTICES_CI_KEY:
    env.stop("NOTICES_RELAY에는 연계정보(CI)를 가리는 NOTICES_CI_KEY가 필요합니다.")
NOTICES_RASTERIZERS: dict[str, Any] = {
    "default": {"BACKEND": "notices.rasterizers.pdfium.Pdfium"},
    "poppler": {"BACKEND": "notices.rasterizers.poppler.Poppler"},
}

# rest_framework is a library here: its pages, scripts and styles are not installed.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["messaging.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["messaging.api.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["messaging.api.permissions.KeyThrottle"],
    "DEFAULT_PARSER_CLASSES": ["messaging.api.reading.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "messaging.api.reading.AlwaysJson",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "messaging.api.problems.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{DISTRICT_NAME} 소통 메시지 API",
    "VERSION": "1",
    "SERVERS": [{"url": SITE_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "MessageStatusEnum": "messaging.models.MessageStatus",
        "LegStatusEnum": "messaging.models.LegStatus",
    },
}

# --- watching ---------------------------------------------------------------------------------------------------------
LOG_FORMAT = env.text("LOG_FORMAT", "console")
LOGGING = logging_config(form=LOG_FORMAT, level=env.text("LOG_LEVEL", "INFO"))
