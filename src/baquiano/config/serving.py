"""What granian loads, once per worker: the application, and the loops beside it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baquiano.config.settings")
application = get_wsgi_application()

from baquiano.terminal import loops  # noqa: E402 - models exist only once the application is set up

loops.start()
