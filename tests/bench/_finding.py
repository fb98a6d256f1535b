"""Measures the search and the list in the database that is set: what tests/bench/people.py runs for each.

python -m tests.bench._finding NAME PEOPLE SEARCHES
"""

import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.test import Client, signals  # noqa: E402
from django.test.utils import CaptureQueriesContext, instrumented_test_render, override_settings  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402

from baquiano.accounts.models import Role, User  # noqa: E402
from baquiano.knowledge.search.measure import Share  # noqa: E402
from baquiano.lib import crypto  # noqa: E402
from baquiano.people import vocabulary  # noqa: E402
from baquiano.people.models import Access, Person, PersonWord  # noqa: E402
from baquiano.people.naming import words  # noqa: E402
from baquiano.people.searching import find, hashes_of  # noqa: E402
from baquiano.people.vocabulary import word_hash  # noqa: E402
from baquiano.terminal.seeding import first_of  # noqa: E402
from tests.bench._load import memory_of  # noqa: E402

PAGES, WARM = 200, 25
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Search:
    """`person`: the id of whom it means. `words`: as she writes them, without the slip."""

    person: int
    text: str
    words: tuple[str, str]
    known: dict[str, int]


def measure(name: str, people: int, searches: int) -> None:
    user = User.objects.filter(is_demo=True, memberships__role=Role.COORDINATOR).order_by("pk")[0]
    _vocabulary(name)
    asked = list(_searches(people, searches + WARM))
    _search(name, user, asked)
    _list_page(name, user)


def _vocabulary(name: str) -> None:
    before, begun = memory_of(os.getpid()), time.perf_counter()
    words = vocabulary.current()
    seconds, megabytes = time.perf_counter() - begun, memory_of(os.getpid()) - before
    print(f"{name}: vocabulary of {len(words)} words, {megabytes:.0f} MB, opened in {seconds:.1f} s")


def _searches(people: int, wanted: int) -> Iterator[Search]:
    chance = random.Random(20261122)
    for _ in range(wanted):
        while (search := _one_search(chance, chance.randrange(people))) is None:
            pass
        yield search


def _one_search(chance: random.Random, number: int) -> Search | None:
    """None: she has no two words, or what is to be known of her is not."""
    first = first_of(1).int
    person = Person.objects.filter(number=uuid.UUID(int=first | number)).first()
    said = words(person.name) if person else []
    what = chance.choice(("birth_year", "municipality"))
    known = getattr(person, "birth_year" if what == "birth_year" else "municipality_id", None)
    if person is None or len(said) < 2 or known is None:
        return None
    given = said[1] if len(said) > 3 and chance.random() < 0.25 else said[0]
    surname = said[-2] if len(said) > 2 and chance.random() < 0.75 else said[-1]
    if given == surname:
        return None
    both = [given, surname]
    wrong = chance.randrange(2)
    both[wrong] = _slip(both[wrong], chance)
    chance.shuffle(both)
    return Search(person.pk, " ".join(both), (given, surname), {what: known})


def _slip(word: str, chance: random.Random) -> str:
    """One letter more, less, another one, or two neighbours swapped."""
    at = chance.randrange(len(word))
    kind = chance.choice(("more", "less", "other", "swapped"))
    if kind == "more":
        return word[:at] + chance.choice(LETTERS) + word[at:]
    if kind == "less" and len(word) > 2:
        return word[:at] + word[at + 1 :]
    if kind == "swapped" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + chance.choice(LETTERS) + word[at + 1 :]


def _search(name: str, user: Any, asked: Sequence[Search]) -> None:
    times: list[float] = []
    works: list[float] = []
    found, best = 0, 0.0
    queries = 0
    for number, search in enumerate(asked):
        with CaptureQueriesContext(connection) if number == WARM else nullcontext() as seen:
            begun, worked = time.perf_counter(), time.process_time()
            hits = find(Person.objects.here().listed_to(user), text=search.text, **search.known)
            took, worked = time.perf_counter() - begun, time.process_time() - worked
        if number < WARM:
            continue
        queries = max(queries, len(seen) if seen else 0)
        times.append(took)
        works.append(worked)
        found += search.person in {hit.person for hit in hits}
        twins = _twins(search)
        best += min(1.0, 10 / twins) if twins else 1.0
    recall = Share(found, len(times))
    low, high = recall.interval
    p95 = _at(times, 0.95)
    print(f"{name}: recall@10 {recall.value:.3f} [{low:.3f}–{high:.3f}] of {len(times)} searches (bar .95: {_verdict(recall.value >= 0.95)}); "
          f"{best / len(times):.3f} if whoever has the same words and year or place came in any order")  # fmt: skip
    print(f"{name}: a search {_at(times, 0.5) * 1000:.0f} ms in the middle, p95 {p95 * 1000:.0f} ms "
          f"(bar 60: {_verdict(p95 <= 0.06)}), "
          f"of it {_at(works, 0.5) * 1000:.0f} and {_at(works, 0.95) * 1000:.0f} ms of our processor; {queries} queries")  # fmt: skip


def _twins(search: Search) -> int:
    """How many people have exactly these two words, and the same year or place: nothing tells them apart."""
    one, other = (word_hash(word) for word in search.words)
    pair = hashes_of([one, other])[-1]
    (what, value), *_ = search.known.items()
    column = {"birth_year": "person__birth_year", "municipality": "person__municipality_id"}[what]
    return list(PersonWord.objects.filter(word_hash=pair).values_list(column, flat=True)).count(value)


# -- the list ------------------------------------------------------------------------------------------------------------


def _list_page(name: str, user: Any) -> None:
    """The page of whom one may see, anywhere in the list, beside the same rows by hand and the same template."""
    try:
        route = reverse("workspace:people")
    except NoReverseMatch:
        print(f"{name}: the list of people: not measured (there is no such page yet)")
        return
    _give_access(user)
    _plain_static_files()
    chance = random.Random(1)
    newest = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    afters = [chance.randrange(newest // 2, newest) for _ in range(PAGES)]
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    template, context, queries = _heard(browser, route, afters[0])
    ours, raw = [], []
    for after in afters:
        ours.append(_timed(lambda: browser.get(route, {"after": after})))  # noqa: B023 - used at once
        raw.append(_timed(lambda: (_by_hand(user.pk, after), template.render(context))))  # noqa: B023
    mine, floor = _at(ours, 0.95), _at(raw, 0.95)
    print(f"{name}: a page of the list p95 {mine * 1000:.1f} ms, by hand {floor * 1000:.1f} ms, {mine / floor:.1f} times "
          f"(bar 3: {_verdict(mine <= 3 * floor)}); in the middle {_at(ours, 0.5) / _at(raw, 0.5):.1f} times; "
          f"{queries} queries (bar 10: {_verdict(queries <= 10)})")  # fmt: skip


def _heard(browser: Client, route: str, after: int) -> tuple[Template, Context, int]:
    """The template of the page, what it was given, and how many queries that took."""
    rendered: list[tuple[Template, Context]] = []

    def hear(template: Template, context: Context, **_: Any) -> None:
        rendered.append((template, context))

    signals.template_rendered.connect(hear)
    plain_render, Template._render = Template._render, instrumented_test_render
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(route, {"after": after}).status_code == 200
    Template._render = plain_render
    return *rendered[0], len(seen)


def _plain_static_files() -> None:
    """Pages name their files without a manifest: nobody ran collectstatic."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}).enable()


def _give_access(user: Any) -> None:
    """To every fifth person, as if written by hand."""
    field = Access._meta.get_field("reason")
    sealed = field.get_db_prep_save("", connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_access (person_id, user_id, area, why, since, reason) "
            "SELECT id, %s, '', 'registered', registered_at, %s FROM people_person WHERE id %% 5 = 0",
            [user.pk, sealed],
        )


def _by_hand(user: int, after: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.name, p.called, p.birth_year, d.name FROM people_person p LEFT JOIN territory_division d "
            "ON d.id = p.municipality_id WHERE p.id < %s AND p.same_as_id IS NULL AND p.forgotten_at IS NULL AND p.blocked_at IS NULL "
            "AND EXISTS (SELECT 1 FROM people_access a WHERE a.user_id = %s AND a.person_id = p.id AND a.until IS NULL) "
            "ORDER BY p.id DESC LIMIT 31",
            [after, user],
        )
        return [(pk, crypto.decrypt(bytes(name)), crypto.decrypt(bytes(called)), year, place)
                for pk, name, called, year, place in cursor.fetchall()]  # fmt: skip


def _timed(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def _at(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _verdict(is_held: bool) -> str:
    return "held" if is_held else "MISSED"


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
