"""Settings from the environment: DATABASE_URL, SECRET_KEY, ALLOWED_HOSTS. Without any it is a shop for one machine."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


def database(url):
    """Return Django's settings for postgresql://user:password@host:port/name, or for sqlite:///path."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "sqlite:////tmp/shop.sqlite3"))}
SECRET_KEY = os.environ.get("SECRET_KEY", "not a secret: this shop keeps no sessions")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "*").split(",")
INSTALLED_APPS = ["django.contrib.staticfiles", "shop.orders"]
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
STATIC_URL = "static/"
STATICFILES_DIRS = [Path(__file__).with_name("static")]
# Files are served from where they lie: nothing is collected, and nothing is written.
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
