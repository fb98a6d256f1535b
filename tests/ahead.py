"""Makes what the workers of a run share (tests/once.py) while they begin with something else: `python -m tests.ahead`.

In a room of its own of the run's folder, on SQLite whatever the round: what is shared fits both engines.
"""

import os

os.environ["PYTEST_XDIST_WORKER"] = "ahead"
os.environ.pop("DATABASE_URL", None)

import django

from tests import moving  # noqa: F401

django.setup()

from django.core.management import call_command  # noqa: E402

from tests import house_full  # noqa: E402
from tests.once import once_per_run  # noqa: E402
from tests.phrase_rules import rules  # noqa: E402


def main() -> None:
    house_full.share_the_second_ear()
    rules()  # checked and put in force by what follows: compiled once
    call_command("migrate", verbosity=0)
    once_per_run("packs", house_full.load)


if __name__ == "__main__":
    main()
