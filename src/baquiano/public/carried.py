"""What one municipality carries along when there is no line: its services and the answers of its country, on the day it was copied.

The copy asks nobody for anything: no picture, style or script from anywhere. It holds what anybody may know (`Reach.ANYONE`) and nothing of
whoever copies it. It grows old from its first day, and says so at the top.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from baquiano.accounts.models import organisation
from baquiano.conversations.pages import AnswerPage, page_of
from baquiano.conversations.wording import Speaker, pictures
from baquiano.directory import card as cards_of
from baquiano.directory import near, words
from baquiano.directory.card import Card
from baquiano.directory.models import Reach
from baquiano.engine.menu import MAIN
from baquiano.public.danger import Call, calls
from baquiano.territory.models import Division

LIMIT = 300_000  # bytes of the file: what an old phone receives over Bluetooth or in a message
KM = 40.0
MOST_PLACES = 200
FEWEST_PLACES, DAY_TRIP_KM = 10, 250.0  # where there is little near, somebody travels
SENTENCE, SHORT, WHOLE = range(3)
"""How much of an answer is carried. All are there with their sentence before one is there whole."""


@dataclass(frozen=True)
class Group:
    """Services that serve the same need first."""

    need: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Carried:
    """An answer and how much of it."""

    answer: AnswerPage
    depth: int

    @property
    def has_short(self) -> bool:
        return self.depth >= SHORT

    @property
    def has_all(self) -> bool:
        return self.depth >= WHOLE


@dataclass(frozen=True)
class Stamp:
    """Whose a copy is, from when, and where it is up to date: an address, and its scheme apart."""

    organisation: str
    phone: str
    address: str
    scheme: str
    language: str
    made_at: datetime


@dataclass(frozen=True)
class Copy:
    """`place`: the municipality. `left_out`: places for which there was no room."""

    place: str
    stamp: Stamp
    lines: tuple[Call, ...]
    groups: tuple[Group, ...]
    answers: tuple[Carried, ...]
    demo_mark: str
    left_out: int = 0

    @property
    def places(self) -> int:
        return sum(len(group.cards) for group in self.groups)


def stamp(path: str, language: str, now: datetime) -> Stamp:
    us = organisation()
    scheme, _, address = (settings.ENVIRONMENT.url + path).partition("://")
    return Stamp(us.name or "Baquiano", us.phone, address, scheme, language, now)


def copy_of(place: Division, language: str, now: datetime) -> Copy:
    """Everything, whatever it weighs."""
    country = place.country_id
    voice = Speaker(language, country, pictures())
    cards, left_out = _cards(place, language, now)
    lines = next((found.first + found.others for found in calls(language, country)), ())
    address = reverse("public:places", kwargs={"language": language, "country": country}) + f"?place={place.pcode}"
    return Copy(
        place=place.name,
        stamp=stamp(address, language, now),
        lines=lines,
        groups=tuple(_groups(cards)),
        answers=tuple(Carried(answer, WHOLE) for answer in _answers(voice)),
        demo_mark=voice.say("demo_mark") if settings.IS_DEMO else "",
        left_out=left_out,
    )


def as_html(copy: Copy) -> bytes:
    """One file of at most `LIMIT` bytes: answers lose their steps before any place is left out."""
    bare = _html(replace(copy, answers=()))
    while len(bare) > LIMIT * 2 // 3 and copy.places > 1:
        copy = _without_the_last(copy)
        bare = _html(replace(copy, answers=()))
    fitting = _fitting(copy.answers, LIMIT - len(bare))
    written = _html(replace(copy, answers=fitting))
    while len(written) > LIMIT and fitting:  # headings of branches weigh too
        fitting = fitting[:-1]
        written = _html(replace(copy, answers=fitting))
    return written


def _html(copy: Copy) -> bytes:
    return render_to_string("public/copy.html", {"copy": copy}).encode()


def _weight(carried: Carried) -> int:
    return len(render_to_string("public/copy_answer.html", {"carried": carried}).encode())


def _fitting(answers: tuple[Carried, ...], room: int) -> tuple[Carried, ...]:
    """First the sentence of each, then their short answers, then the steps, in the order of the menu and as far as there is room."""
    weights = [[_weight(replace(one, depth=depth)) for depth in (SENTENCE, SHORT, WHOLE)] for one in answers]
    depths: list[int] = []
    for weight in weights:
        room -= weight[SENTENCE]
        if room < 0:
            break
        depths.append(SENTENCE)
    for depth in (SHORT, WHOLE):
        for at in range(len(depths)):
            more = weights[at][depth] - weights[at][depth - 1]
            if depths[at] == depth - 1 and more <= room:
                depths[at], room = depth, room - more
    return tuple(replace(one, depth=depth) for one, depth in zip(answers, depths, strict=False))


def _without_the_last(copy: Copy) -> Copy:
    """Without its farthest tenth."""
    farthest = max(1, copy.places // 10)
    everything = [card for group in copy.groups for card in group.cards]
    by_distance = sorted(everything, key=lambda card: -(card.distance_km or 0))
    gone = {id(card) for card in by_distance[:farthest]}
    groups = (replace(g, cards=tuple(card for card in g.cards if id(card) not in gone)) for g in copy.groups)
    return replace(copy, groups=tuple(g for g in groups if g.cards), left_out=copy.left_out + farthest)


def _cards(place: Division, language: str, now: datetime) -> tuple[list[Card], int]:
    wanted = near.Wanted(division=place.pk, country=place.country_id, radius_km=KM)
    found = near.find(wanted, reach=Reach.ANYONE, now=now, count=MOST_PLACES)
    hits = [
        hit for number, hit in enumerate(found.hits) if _is_within(hit, DAY_TRIP_KM if number < FEWEST_PLACES else KM)
    ]
    cards = cards_of.cards(hits, reach=Reach.ANYONE, language=language, now=now)
    return cards, found.total - len(found.hits) if len(hits) == MOST_PLACES else 0


def _is_within(hit: near.Hit, km: float) -> bool:
    """What is offered from anywhere is near, and what lies nobody knows how far."""
    return hit.distance_km is None or hit.distance_km <= km


def _groups(cards: list[Card]) -> Iterator[Group]:
    """In the order in which needs are listed everywhere; the nearest first in each."""
    order = list(words.NEEDS)
    first = {need: [card for card in cards if (card.needs or ("information",))[0] == need] for need in order}
    for need in order:
        if first[need]:
            yield Group(need, words.label(words.NEEDS, need), tuple(first[need]))


def _answers(voice: Speaker) -> list[AnswerPage]:
    """Of its country, branch by branch as in the menu; each text once."""
    served = tuple(voice.sentences.organisation.countries)
    branches = sorted(
        voice.shelf.branches(voice.country, served), key=lambda b: MAIN.index(b) if b in MAIN else len(MAIN)
    )
    found: dict[int, AnswerPage] = {}
    for branch in branches:
        for topic in voice.shelf.topics_in(branch, voice.country, served):
            texts = voice.shelf.texts_of(topic, voice.country)
            for text in texts:
                found.setdefault(text.version, page_of(text, texts, voice))
    return list(found.values())
