"""The engine's question for places, asked of the directory: only what anybody may know of, and only read.

An offer is known by a short id of ours (service and place), so that it fits a button of every channel. Where somebody is goes into one
search and stays nowhere. What is gone or hidden meanwhile has no card, and nothing is said about why.
"""

import base64
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation

from baquiano.conversations import needs
from baquiano.directory import card as cards
from baquiano.directory import near, reporting, trust
from baquiano.directory.card import Card
from baquiano.directory.models import Reach, Service
from baquiano.engine.nearby import Search
from baquiano.engine.tools import Offer, Places, Spot
from baquiano.territory import finding

EVERYBODY = Reach.ANYONE
FARTHEST_KM = 150.0
"""Nobody is sent farther to find something."""
_LOOKED_THROUGH = 100
"""As many are looked through: what is known to fit comes before what is nearer and only may."""


def find(asked: str, *, place: int, spot: Spot | None, most: int) -> tuple[Offer, ...]:
    """The nearest first. `asked`: a need, or a whole `Search.kept`. Without a place, or at a spot that lies in no place: nothing."""
    there = place_at(spot) if spot else place
    if not there:
        return ()
    now = timezone.now()
    found = near.find(_wanted(Search.of(asked), there, spot, now), reach=EVERYBODY, now=now, count=_LOOKED_THROUGH)
    within = (hit for hit in found.hits if hit.distance_km is None or hit.distance_km <= FARTHEST_KM)
    return tuple(Offer(id_of(hit.service, hit.at), hit.distance_km) for hit in islice(within, most))


def _wanted(search: Search, place: int, spot: Spot | None, now: datetime) -> near.Wanted:
    return near.Wanted(
        need=search.need,
        point=near.rounded(spot.lat, spot.lon) if spot else None,
        division=place,
        country=country_of(place),
        accepts=(near.NO_PAPER,) if search.without_papers else (),
        open_at=now if search.is_open else None,
    )


def places(typed: str, country: str, countries: Collection[str] = ()) -> Places:
    """`countries`: where the country is not said, only those of these; of none, all."""
    found = finding.find(typed, country)
    if country or not countries:
        return Places(found.exact, found.close)
    exact, close = (tuple(one for one in row if country_of(one) in countries) for row in (found.exact, found.close))
    return Places(exact, close)


def place_at(spot: Spot, countries: Collection[str] = ()) -> int:
    """0: none that we know; with `countries`, none of theirs."""
    there = finding.nearest(spot.lat, spot.lon) or 0
    return there if not countries or country_of(there) in countries else 0


def departments(country: str) -> tuple[int, ...]:
    return tuple(one.pk for one in finding.departments(country))


# Ids ---------------------------------------------------------------------------------------------------------------------


def id_of(service: UUID, at: UUID | None) -> str:
    return f"{_short(service)}.{_short(at) if at else ''}"


@dataclass(frozen=True)
class Meant:
    service: UUID
    at: UUID | None


def meant(offer: str) -> Meant | None:
    """What the id says; None: it is none of ours (somebody may have written it)."""
    service, _, at = offer.partition(".")
    try:
        return Meant(_long(service), _long(at) if at else None)
    except ValueError:
        return None


def _short(id: UUID) -> str:
    return base64.urlsafe_b64encode(id.bytes).decode().rstrip("=")


def _long(short: str) -> UUID:
    return UUID(bytes=base64.urlsafe_b64decode(f"{short}=="))


# Cards -------------------------------------------------------------------------------------------------------------------


def known(offers: Iterable[Offer], language: str) -> dict[str, Card]:
    """The cards of these offers that may be shown, by id. About nine queries, however many."""
    asked = {offer: its for offer in offers if (its := meant(offer.id))}
    pairs = [(its.service, its.at) for its in asked.values()]
    if not pairs:
        return {}
    shown = cards.shown(pairs, reach=EVERYBODY, language=language, now=timezone.now())
    with translation.override(language):
        return {
            offer.id: replace(card, distance_km=offer.km, distance_line=cards.distance(offer.km))
            for offer, its in asked.items()
            if (card := shown.get((its.service, its.at))) and _may_be_shown(card)
        }


def _may_be_shown(card: Card) -> bool:
    standing = trust.Standing(card.status)
    return trust.is_served(standing, is_emergency=card.is_emergency, proposals=settings.IS_DEMO)


def note(card: Card, language: str) -> str:
    """Its one line without its name: how far, whether it is open, what to bring, the telephone."""
    with translation.override(language):
        return cards.line(replace(card, name=""))


def whole_line(card: Card, language: str) -> str:
    with translation.override(language):
        return cards.line(card)


def details(card: Card) -> str:
    """All that somebody needs to go there, in short paragraphs."""
    address = "\n".join(line for line in (card.place_name, *card.place, card.how_to_get_there) if line)
    phones = "\n".join(" · ".join(part for part in (phone.number, phone.text) if part) for phone in card.phones)
    paragraphs: Sequence[Sequence[str]] = (
        ((card.name if card.organization == card.name else f"{card.name} ({card.organization})"), card.what),
        (card.warning, *card.notices, card.alert, card.caution),
        (address, card.distance_line),
        (card.now_line, card.hours_line, card.hours_note, card.capacity_line),
        (
            card.to_bring or card.documents_line,
            card.status_line,
            card.cost_line,
            card.appointment_line,
            card.how_to_ask,
        ),
        card.for_whom,
        (", ".join(card.languages), card.interpretation, ", ".join(card.access)),
        (phones, card.email, card.url),
        (card.badge, card.parts_line),
    )
    blocks = ("\n".join(line for line in paragraph if line) for paragraph in paragraphs)
    return "\n\n".join(block for block in blocks if block)


def spoken(offers: Iterable[Offer], language: str) -> tuple[str, ...]:
    """Each to be read aloud, for a door that has no screen."""
    with translation.override(language):
        return tuple(cards.spoken(card) for card in known(offers, language).values())


# For a colleague who answers ---------------------------------------------------------------------------------------------


def looked_up(typed: str, *, place: int, country: str, language: str, most: int) -> list[Card]:
    """By what is needed and where ("comida viña"), else by the name of the service: what a colleague may tell to anybody.

    `place`: where the person last looked, if nothing else is typed; 0: nobody knows.
    """
    wanted = needs.sought(typed)
    found: tuple[Offer, ...] = ()
    if wanted.need:
        named = places(wanted.place, country) if wanted.place else Places()
        there = next(iter((*named.exact, *named.close)), 0 if wanted.place else place)
        found = find(wanted.need, place=there, spot=None, most=most) if there else _by_line(wanted.need, country, most)
    return list(known(found or _called(typed, most), language).values())


def _by_line(need: str, country: str, most: int) -> tuple[Offer, ...]:
    wanted = near.Wanted(need=need, country=country)
    found = near.find(wanted, reach=EVERYBODY, now=timezone.now(), count=most)
    return tuple(Offer(id_of(hit.service, hit.at)) for hit in found.hits)


def _called(typed: str, most: int) -> tuple[Offer, ...]:
    rows = Service.objects.within(EVERYBODY).filter(name__icontains=typed.strip()).order_by("name", "pk")[:most]
    return tuple(Offer(id_of(row.pk, next(iter(cards.places_of(row.pk, reach=EVERYBODY)), None))) for row in rows)


# Names -------------------------------------------------------------------------------------------------------------------


def name(place: int) -> str:
    """Of a division, as a sentence says it."""
    found = finding.place(place) if place else None
    return found.name if found else ""


def label(place: int) -> str:
    """Of a division among others that may be called so: with its region or department."""
    return finding.label(place)


def country_of(place: int) -> str:
    """Its code; "" for one that is not there."""
    there = finding.place(place)
    return there.country if there else ""


# What is wrong -----------------------------------------------------------------------------------------------------------


def report(offer: str, reason: str, *, door: str, door_key: str) -> None:
    """Inside the caller's transaction. `door_key`: whatever the door knows somebody by; it is hashed there and kept nowhere."""
    its = meant(offer)
    if its:
        reporting.report(its.service, reason, door=door, door_key=door_key, at=its.at)
