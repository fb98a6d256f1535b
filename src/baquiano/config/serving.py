"""What granian loads, once per worker: the application behind its fast door, and the loops beside it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baquiano.config.settings")
plain_door = get_wsgi_application()

# Models exist only once the application is set up.
from baquiano.api.fast_door import FastDoor  # noqa: E402
from baquiano.terminal import loops  # noqa: E402

application = FastDoor(plain_door)
loops.start()
