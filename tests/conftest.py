"""The house for tests: a temporary home (tests/moving.py), keys of its own, a fixed cast."""

import gc
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from typing import Any

from tests import moving

HOME = moving.HOME

import django  # noqa: E402

django.setup()

import hypothesis  # noqa: E402
import pytest  # noqa: E402
import time_machine  # noqa: E402
from django.conf import settings as django_settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db.backends.sqlite3.base import DatabaseOperations  # noqa: E402
from django.middleware import csrf  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import translation  # noqa: E402
from pytest_django import DjangoDbBlocker  # noqa: E402

from baquiano.accounts import anchor  # noqa: E402
from baquiano.accounts.matrix import at_change  # noqa: E402
from baquiano.accounts.models import Membership, Organisation, Role, User  # noqa: E402
from baquiano.channels import client  # noqa: E402
from baquiano.channels.models import Channel  # noqa: E402
from tests import house_full  # noqa: E402
from tests.house_full import forget_pictures  # noqa: E402
from tests.once import is_made  # noqa: E402

# Some examples every day, and many in `make soak`, which finds what the days in between have missed.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True, max_examples=40)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True, max_examples=40)
hypothesis.settings.register_profile("soak", deadline=None, print_blob=True, max_examples=400)
hypothesis.settings.load_profile(os.environ.get("EXAMPLES") or ("ci" if os.environ.get("CI") else "house"))


Joins = Callable[[str, str, Role], User]


# -- what runs, and what may not be left out -------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that only say something about the other engine, or nothing about any, are left out, counted as deselected.

    What touches no database is the same on both and runs on the first round: pytest-django keeps the door shut to whoever did
    not ask for one, so what a test asks for tells. Of the others the second round takes a third every day, and `make soak` all.
    """
    second_round = bool(os.environ.get("DATABASE_URL"))
    other = "sqlite" if second_round else "postgresql"
    out = [
        item
        for item in items
        if item.get_closest_marker(other) or (second_round and not _is_for_postgresql(item, config))
    ]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


THIRDS = 3


def _is_for_postgresql(item: pytest.Item, config: pytest.Config) -> bool:
    if not _needs_an_engine(item):
        return False
    is_its_own = any(item.get_closest_marker(name) for name in ("postgresql", "own_server", "soak"))
    is_named = any("::" in argument or argument.endswith(".py") for argument in config.args)
    third = zlib.crc32(item.nodeid.partition("[")[0].encode()) % THIRDS
    return is_its_own or is_named or third == 0 or bool(os.environ.get("WHOLE"))


def _needs_an_engine(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or any(item.get_closest_marker(name) for name in ("django_db", "postgresql", "own_server"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """In CI a skipped test is a failed one: nothing is left out in silence."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI nothing may be: {report.longrepr}"
    return report


# -- the database ----------------------------------------------------------------------------------------------------

# A form's token is drawn by chance, and chance has spelled "P0" and "C1" where a test looked for them.
csrf.CSRF_ALLOWED_CHARS = "xyz"

_flush = DatabaseOperations.sql_flush


def _flush_past_triggers(self: DatabaseOperations, style: Any, tables: Any, **kwargs: Any) -> list[str]:
    """Published words refuse to be deleted, also when a test empties the tables: put the triggers aside meanwhile."""
    with self.connection.cursor() as cursor:
        triggers = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    aside = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
    return aside + _flush(self, style, tables, **kwargs) + [sql for _, sql in triggers]


DatabaseOperations.sql_flush = _flush_past_triggers  # type: ignore[method-assign,assignment]


@pytest.fixture(scope="session", autouse=True)
def plain_static_files() -> Iterator[None]:
    """Pages name their files without a manifest: nobody ran collectstatic."""
    storages = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages):
        yield


@pytest.fixture(autouse=True)
def nothing_is_left_over() -> Iterator[None]:
    """What lives in the process and not in the database: pictures of the tables, rate limits, the language of the last page.

    Every test begins again at the same shelf number, so a picture of the last one would pass for a picture of this one.
    """
    yield
    client.close()  # connections to a fake provider that has ended
    forget_pictures()
    at_change.cache_clear()
    anchor.forget()  # the newest seal, remembered beside the keys
    if "locmem" in django_settings.CACHES["default"]["BACKEND"]:
        cache.clear()
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def one_second_ear_for_all() -> None:
    house_full.share_the_second_ear()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where several workers will want the packs, the first one has them loaded meanwhile.

    What was collected stays to the end: looking for garbage in it again and again takes a tenth of the time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    wanted = any("packs_kept" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and os.environ.get("PYTEST_XDIST_WORKER") == "gw0" and not is_made("packs"):
        process = subprocess.Popen([sys.executable, "-m", "tests.ahead"], stdin=subprocess.DEVNULL)
        session.config.add_cleanup(lambda: process.wait(timeout=300))


@pytest.fixture(scope="session")
def packs_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The shipped packs, loaded once: `house_full.fill` then copies their rows within the database."""
    with django_db_blocker.unblock():
        house_full.keep()


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """The clock stands still on a working Tuesday, 15:00 UTC: 10:00 in Bogotá, 12:00 in Santiago. Move it with `move_to`."""
    with time_machine.travel(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


# -- the cast: who works here, who works elsewhere, who must see nothing ----------------------------------------------


@pytest.fixture
def joins(db: None) -> Joins:
    """Somebody new joins, without a password: `joins("ana", "Ana", Role.EDITOR)`."""

    def join(username: str, display_name: str, role: Role) -> User:
        user = User.objects.create_user(username, None, display_name=display_name)
        Membership.objects.create(user=user, role=role)
        return user

    return join


@pytest.fixture
def rosa(joins: Joins) -> User:
    """Operator: answers people."""
    return joins("rosa", "Rosa", Role.OPERATOR)


@pytest.fixture
def edu(joins: Joins) -> User:
    """Editor: writes articles."""
    return joins("edu", "Edu", Role.EDITOR)


@pytest.fixture
def rita(joins: Joins) -> User:
    """Reviewer: approves what Edu wrote."""
    return joins("rita", "Rita", Role.REVIEWER)


@pytest.fixture
def carla(joins: Joins) -> User:
    """Coordinator: answers people, invites staff, sets the hours."""
    return joins("carla", "Carla", Role.COORDINATOR)


@pytest.fixture
def bruno(joins: Joins) -> User:
    """Keeps the machines running. He must see nothing of anybody served."""
    return joins("bruno", "Bruno", Role.IT)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def rosas_browser(rosa: User) -> Client:
    return browser_of(rosa)


@pytest.fixture
def edus_browser(edu: User) -> Client:
    return browser_of(edu)


@pytest.fixture
def ritas_browser(rita: User) -> Client:
    return browser_of(rita)


@pytest.fixture
def carlas_browser(carla: User) -> Client:
    return browser_of(carla)


@pytest.fixture
def brunos_browser(bruno: User) -> Client:
    return browser_of(bruno)


@pytest.fixture
def organisation(db: None) -> Organisation:
    """Serves Colombia and Chile, and somebody is always there: no test depends on the day it runs."""
    return Organisation.objects.create(
        name="Organización de prueba",
        countries=["CO", "CL"],
        language="es",
        timezone="America/Bogota",
        staffed_hours="24/7; PH open",
        letter_hours="24/7",
        phone="+57 601 000 0000",
        is_demo=True,
    )


@pytest.fixture
def webchat(db: None) -> Channel:
    return Channel.objects.create(kind="webchat", line="web", name="Web")


@pytest.fixture
def whatsapp(db: None) -> Channel:
    """A line whose provider is nobody: point `graph_url` at the fake Graph server to send."""
    return Channel.objects.create(
        kind="whatsapp",
        line="100000000000001",
        name="WhatsApp",
        settings={
            "phone_number_id": "100000000000001",
            "access_token": "a token of the tests",
            "app_secret": "an app secret of the tests",
            "verify_token": "a verify token of the tests",
            "graph_url": "http://127.0.0.1:9",
        },
    )
