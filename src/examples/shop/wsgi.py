import os

from django.core.wsgi import get_wsgi_application

import shop.settings  # what DJANGO_SETTINGS_MODULE names belongs into the image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", shop.settings.__name__)

application = get_wsgi_application()
