"""What granian loads, once per worker: the application behind its fast door, and the loops beside it."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baquiano.config.settings")
plain_door = get_wsgi_application()

# Models exist only once the application is set up.
from baquiano.api.fast_door import FastDoor  # noqa: E402
from baquiano.terminal import loops  # noqa: E402

# A webhook needs a tenth of a millisecond: it must not wait five for a loop that is thinking to let go.
sys.setswitchinterval(0.0005)
application = FastDoor(plain_door)
loops.start()
