"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

from portal.core.frugality import give_back_memory

give_back_memory()

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

from chatbot.shelf import warm_beside  # noqa: E402  (models may be imported only now)

warm_beside()
