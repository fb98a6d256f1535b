"""From the engine's keys to words: fixed sentences, approved texts and danger texts, in the person's language.

Nothing here decides or writes: it reads the picture in memory. A text without a date line cannot come out of here.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from baquiano.accounts.models import Organisation, organisation
from baquiano.channels.protocol import Choice, OutMessage
from baquiano.conversations import services_near
from baquiano.conversations.models import Wording
from baquiano.conversations.surge import rush_at
from baquiano.directory.card import Card
from baquiano.engine import picks
from baquiano.engine.danger import Danger
from baquiano.engine.picks import Pick
from baquiano.engine.said import Code, Details, Dispel, Heed, Near, Part, Reply, Say, Tell, ToldThen, Warn
from baquiano.engine.state import State
from baquiano.engine.tools import Offer
from baquiano.knowledge import shelf
from baquiano.knowledge.models import shelf_number
from baquiano.knowledge.shelf import RumourShown, Shelf, Text, Words
from baquiano.lib.dates import written
from baquiano.safety import book
from baquiano.safety.book import Book
from baquiano.safety.said import Around, said
from baquiano.territory.calendar import Staffing, staffing

STEPS_SHOWN = 6
UNKNOWN_SHOWN = 3
DETAILS = (
    "long", "documents", "cost", "time", "where", "options", "who_can", "who_cannot", "if_refused", "risks", "do_not_sign",
)  # fmt: skip


COMES = (Say("person_coming"), Say("person_asked"))
"""That somebody comes: with it goes how long it takes."""


@dataclass(frozen=True)
class Sentences:
    """All fixed sentences: the country's own wording, else the language's, else the Spanish one."""

    number: int
    texts: dict[tuple[str, str, str], str]
    organisation: Organisation

    def get(self, key: str, language: str, country: str = "", /, **values: str) -> str:
        for found in ((key, language, country), (key, language, ""), (key, "es", country), (key, "es", "")):
            if found in self.texts:
                return self.texts[found].format_map(_Blank(values, organisation=self.organisation.name))
        return ""


class _Blank(dict[str, str]):
    """A placeholder nobody filled stays empty instead of stopping an answer."""

    def __missing__(self, key: str) -> str:
        return ""


_lock = threading.Lock()
_current: list[Sentences] = []


def sentences(number: int | None = None) -> Sentences:
    number = shelf_number() if number is None else number
    if _current and _current[0].number == number:
        return _current[0]
    with _lock:
        rows = Wording.objects.values_list("key", "language", "country", "text")
        _current[:] = [
            Sentences(number, {(key, language, country): text for key, language, country, text in rows}, organisation())
        ]
        return _current[0]


def wording(key: str, language: str, country: str = "", /, **values: str) -> str:
    return sentences().get(key, language, country, **values)


# Composing a reply -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Composed:
    """One message of ours and the versions whose words it carries."""

    message: OutMessage
    quoted: tuple[int, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """Everything that may be said now, read together and before any transaction begins."""

    sentences: Sentences
    shelf: Shelf
    book: Book
    staffing: Staffing
    now: datetime


def pictures() -> Pictures:
    number, now = shelf_number(), timezone.now()
    words = sentences(number)
    staffed = staffed_now(words.organisation)
    return Pictures(words, shelf.current(number), book.current(number), staffed, now)


@dataclass(frozen=True)
class Speaker:
    """One language and country, and everything a reply needs to become words."""

    language: str
    country: str
    pictures: Pictures

    @property
    def sentences(self) -> Sentences:
        return self.pictures.sentences

    @property
    def shelf(self) -> Shelf:
        return self.pictures.shelf

    def say(self, key: str, /, **values: str) -> str:
        return self.pictures.sentences.get(key, self.language, self.country, **values)


def compose(reply: Reply, state: State, ready: Pictures) -> Composed:
    """The words of one reply. The choices carry the state's serial, so that a stale tap is known as such."""
    voice = Speaker(state.language, state.country, ready)
    paragraphs = [text for text in (*(_words(part, voice) for part in reply.parts), _wait(reply, state, voice)) if text]
    told = (part for part in reply.parts if isinstance(part, Tell) and part.part != "expired")
    quoted = tuple(part.approved.version for part in told)
    cards = _cards(reply, voice)
    choices = tuple(_choice(pick, state, voice, cards) for pick in reply.picks)
    return Composed(OutMessage("\n\n".join(paragraphs), choices, voice.say("list_button")), quoted)


def _cards(reply: Reply, voice: Speaker) -> dict[str, Card]:
    """Of the services that this reply offers: nothing is read for any other."""
    offers = [offer for part in reply.parts if isinstance(part, Near) for offer in part.offers]
    return services_near.known(offers, voice.language) if offers else {}


def _wait(reply: Reply, state: State, voice: Speaker) -> str:
    """On a day of many people, how long it takes until somebody comes. Not to whoever is in danger: they are not in that line."""
    if state.danger or not any(part in COMES for part in reply.parts):
        return ""
    rush = rush_at(voice.pictures.now)
    if rush is None:
        return ""
    if rush.wait_minutes is None:
        return voice.say("surge_wait_unknown")
    return voice.say("surge_wait", minutes=str(rush.wait_minutes))


def _words(part: Part, voice: Speaker) -> str:
    match part:
        case Say(key):
            return voice.say(key, when=_when(voice)) if key in ("person_later", "person_coming") else voice.say(key)
        case Tell(approved, what):
            text = voice.shelf.texts.get(approved.version)
            if text is None:  # withdrawn a moment ago
                return voice.say("no_approved_answer")
            return _TELL[what](text, voice)
        case Warn(finding):
            return danger_text(finding.kind, voice)
        case Heed(number):
            alert = voice.shelf.alerts.get(number)  # None: taken back a moment ago
            return voice.say("fraud_alert", text=alert.text(voice.language)) if alert else ""
        case Dispel(number):
            rumour = voice.shelf.rumours.get(number)
            return dispelled(rumour, voice) if rumour else voice.say("no_approved_answer")
        case Code(code):
            return voice.say("join_code", code=code)
        case ToldThen(on):
            return voice.say("changed_then", date=written(date.fromisoformat(on)))
        case Near() | Details():
            return _words_of_places(part, voice)


def _words_of_places(part: Near | Details, voice: Speaker) -> str:
    if isinstance(part, Details):
        return service(part.offer, voice)
    where = services_near.name(part.place) or voice.say("near_there")
    return voice.say(part.key, need=voice.say(f"pick.need.{part.need}"), place=where)


def service(offer: str, voice: Speaker) -> str:
    """All that is known of one service, under the mark of a demonstration where it is one."""
    card = services_near.known([Offer(offer)], voice.language).get(offer)
    if card is None:
        return voice.say("near_gone")
    mark = voice.say("demo_mark") if card.is_demo else ""
    return "\n\n".join(part for part in (mark, services_near.details(card)) if part)


def _choice(pick: Pick, state: State, voice: Speaker, cards: dict[str, Card]) -> Choice:
    kind, _, rest = pick.label.partition(".")
    choice_id = picks.choice_id(state, pick.id)
    if kind in ("service", "named"):
        card = cards.get(rest)
        if card is None:
            return Choice(choice_id, voice.say("near_gone_name"))
        return Choice(choice_id, card.name, more=services_near.note(card, voice.language) if kind == "service" else "")
    if kind == "place":
        return Choice(choice_id, _label_of_place(int(rest), state, voice) or rest)
    if kind == "topic":
        topic = voice.shelf.topics.get(rest)
        return (
            Choice(choice_id, topic.label(voice.language), topic.title(voice.language))
            if topic
            else Choice(choice_id, rest)
        )
    if kind == "version":
        text = voice.shelf.texts.get(int(rest))
        return Choice(choice_id, said_in(text, voice.language).title if text else rest)
    if kind == "agreed" and "." in rest:
        purpose, _, on = rest.partition(".")
        return Choice(choice_id, voice.say(f"pick.agreed.{purpose}", date=written(date.fromisoformat(on))))
    return Choice(choice_id, voice.say(f"pick.{pick.label}") or pick.label)


def _label_of_place(place: int, state: State, voice: Speaker) -> str:
    """With its country where that is not the one of this conversation."""
    label, country = services_near.label(place), services_near.country_of(place)
    if not label or not country or country == (state.country or _only_country(voice)):
        return label
    named = voice.say(f"pick.country.{country}")
    return f"{label} ({named})" if named else label


# Answers ---------------------------------------------------------------------------------------------------------------


def answer(text: Text, voice: Speaker) -> str:
    """What somebody reads first: closed or not, the short text, the steps, what we do not know, its date, its source."""
    words = said_in(text, voice.language)
    lines = [
        voice.say("demo_mark") if words.is_proposal else "",
        language_line(text, voice) if not text.words(voice.language) else "",
        closed_line(text, voice),
        words.first_sentence,
        words.short_answer,
        language_line(text, voice) if text.words(voice.language) else "",
        _section(text, "steps", voice, STEPS_SHOWN),
        _section(text, "unknown", voice, UNKNOWN_SHOWN),
        voice.say("caution", text=text.caution) if text.caution else "",
        "\n".join(line for line in (date_line(text, voice), source_line(text, voice)) if line),
    ]
    return "\n\n".join(line for line in lines if line)


def said_in(text: Text, language: str) -> Words:
    """What is said first: in her language when somebody approved it, else in Spanish."""
    words = text.words(language) or text.words("es")
    assert words
    return words


def language_line(text: Text, voice: Speaker) -> str:
    """In her language: that all of it, or all but the first part, is in Spanish. Empty for who reads Spanish."""
    if voice.language == "es":
        return ""
    return voice.say("rest_in_spanish" if text.words(voice.language) else "in_spanish")


def dispelled(rumour: RumourShown, voice: Speaker) -> str:
    """That it is a rumour we checked, what was heard, what is true, when we looked and who says so."""
    lines = [
        voice.say("rumour", heard=rumour.heard),
        voice.say("in_spanish") if voice.language != "es" else "",
        rumour.answer,
        "\n".join(
            (
                voice.say("verified_on", date=written(rumour.checked.on)),
                voice.say("source", title=rumour.source.title, url=rumour.source.url).rstrip(": "),
            )
        ),
    ]
    return "\n\n".join(line for line in lines if line)


def expired(text: Text, voice: Speaker) -> str:
    """Not what it said: that it is old, and who knows."""
    on = written(text.checked.on) if text.checked else ""
    return "\n".join(line for line in (voice.say("expired", date=on), source_line(text, voice)) if line)


def details(text: Text, voice: Speaker) -> str:
    parts = [
        said_in(text, voice.language).title,
        *(_section(text, name, voice, 12) for name in DETAILS),
        date_line(text, voice),
    ]
    return "\n\n".join(part for part in parts if part)


_TELL: dict[str, Callable[[Text, Speaker], str]] = {"answer": answer, "details": details, "expired": expired}


def _section(text: Text, name: str, voice: Speaker, most: int) -> str:
    lines = text.sections.get(name, [])[:most]
    if not lines:
        return ""
    marked = [f"{n}. {line}" for n, line in enumerate(lines, 1)] if name == "steps" else [f"• {line}" for line in lines]
    return "\n".join((voice.say(f"heading.{name}"), *marked))


def date_line(text: Text, voice: Speaker) -> str:
    """Always there: when somebody here checked it, or the pack's own last known date and that nobody has."""
    today = timezone.localdate()
    if text.figures_until and text.figures_until < today:
        return f"{_checked_line(text, voice, today)} {voice.say('figures_past', date=written(text.figures_until))}"
    return _checked_line(text, voice, today)


def _checked_line(text: Text, voice: Speaker, today: date) -> str:
    if text.checked:
        on = written(text.checked.on)
        if text.checked.good_until < today:
            return voice.say("unconfirmed" if text.is_life_saving else "past_trust", date=on)
        return voice.say("verified_on", date=on)
    if text.known_on:
        return voice.say("reference_date", date=written(text.known_on))
    return voice.say("reference_undated")


def closed_line(text: Text, voice: Speaker) -> str:
    if text.window_closes_on and text.window_closes_on < timezone.localdate():
        return voice.say("closed", date=written(text.window_closes_on))
    return ""


def source_line(text: Text, voice: Speaker) -> str:
    if not text.sources:
        return ""
    return voice.say("source", title=text.sources[0].title, url=text.sources[0].url)


# Danger ----------------------------------------------------------------------------------------------------------------


def danger_text(kind: Danger, voice: Speaker) -> str:
    """Never held back, and always whole: without a verified number it says to call the emergency number of the place."""
    rules = voice.pictures.book
    country = voice.country or _only_country(voice)
    found = rules.text_for(kind, voice.language, country)
    today = timezone.localdate()
    numbers = rules.told(found.numbers, today) if found else []
    lines = [number.line(voice.language, today) for number in numbers]
    # Nobody here answers for its words yet: the number, and nothing that could be wrong.
    text = found.text if found and found.may_be_said else voice.say("danger_unsigned", numbers="{numbers}")
    knows_country = bool(country) and all(number.country == country for number in numbers)
    return said(text, lines, around(voice, says_country=not knows_country))


def _only_country(voice: Speaker) -> str:
    served = voice.sentences.organisation.countries
    return served[0] if len(served) == 1 else ""


def around(voice: Speaker, *, says_country: bool) -> Around:
    return Around(
        between=voice.say("between_numbers") or " · ",
        confirmed_on=voice.say("number_confirmed_on", date="{date}"),
        call_local=voice.say("call_local"),
        automatic=voice.say("automatic"),
        in_country=voice.say("in_country", numbers="{numbers}", country="{country}") if says_country else "",
        countries={code: voice.say(f"countries.{code}") for code in voice.sentences.organisation.countries},
    )


# When a person can be there --------------------------------------------------------------------------------------------


def staffed_now(who: Organisation) -> Staffing:
    if not who.staffed_hours or not who.countries:
        return Staffing(False, None)
    return staffing(who.staffed_hours, country=who.countries[0], timezone=who.timezone, now=timezone.now())


def _when(voice: Speaker) -> str:
    """ "mañana desde las 08:00", in the organisation's own clock."""
    opens = voice.pictures.staffing.opens_at
    if opens is None:
        return voice.say("when.unknown")
    today = voice.pictures.now.astimezone(ZoneInfo(voice.sentences.organisation.timezone)).date()
    time = opens.strftime("%H:%M")
    days = (opens.date() - today).days
    if days in (0, 1):
        return voice.say("when.today" if days == 0 else "when.tomorrow", time=time)
    weekday = voice.say(f"weekday.{opens.weekday()}")
    return voice.say("when.weekday", weekday=weekday, day=_day(opens.date()), time=time)


def _day(day: date) -> str:
    return day.strftime("%d-%m")
