"""The engine's tools, over the pictures in memory: they only read, and no transaction is open while they do."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from baquiano.conversations import changed, needs, services_near
from baquiano.conversations.wording import DETAILS, Pictures, pictures
from baquiano.engine import language
from baquiano.engine.danger import Finding
from baquiano.engine.nearby import NEEDS, SEVERAL
from baquiano.engine.tools import (
    Agreement,
    Approved,
    Behind,
    Change,
    Decision,
    Fit,
    Found,
    Offer,
    Places,
    Sought,
    Spot,
)
from baquiano.knowledge import finding, hearsay
from baquiano.knowledge.models import ArticleVersion
from baquiano.knowledge.shelf import Shelf, Text
from baquiano.people import age, consenting, from_afar, joining
from baquiano.people.models import Address
from baquiano.post import allowed
from baquiano.safety import watch


@dataclass(frozen=True)
class KnowledgeTools:
    """Satisfies engine.tools.Tools. `address`: whose conversation it is; None: a question asked without one.
    `sent_at`: when she wrote what is being answered, by her own clock.
    """

    pictures: Pictures
    address: Address | None = None
    sent_at: datetime | None = None

    def at(self, sent_at: datetime) -> "KnowledgeTools":
        return replace(self, sent_at=sent_at)

    def of(self, address: Address) -> "KnowledgeTools":
        return replace(self, address=address)

    @property
    def shelf(self) -> Shelf:
        return self.pictures.shelf

    @property
    def countries(self) -> tuple[str, ...]:
        return tuple(self.pictures.sentences.organisation.countries)

    @property
    def _live(self) -> tuple[str, ...]:
        """Those whose public is answered already: none before the first publication (safety/golive.py)."""
        return tuple(country for country in self.countries if self.pictures.book.is_live(country))

    def is_open(self, country: str) -> bool:
        return country in self._live if country else bool(self._live)

    def danger(self, text: str) -> Finding | None:
        return self.pictures.book.scan(text)

    def find(self, text: str, *, country: str, language: str) -> Found:
        found = finding.index().find(text, country=country or None, language=language)
        served = tuple(topic for topic in found.choices if self._is_served(topic))
        told = found.country or ""
        if found.decision is Decision.CHOICES and not served:
            # Understood, but nobody here has approved a word on any of them: the engine says so and brings a person.
            return Found(Decision.ANSWER, found.choices[0], (), told)
        return Found(found.decision, found.article or "", served, told)

    def _is_served(self, topic: str) -> bool:
        return any(self.shelf.texts_of(topic, country) for country in self._live)

    def approved(self, topic: str, *, country: str, about: str = "") -> Approved | None:
        texts = self.shelf.texts_of(topic, country or self._only_country())
        if not texts:
            return None
        return self._approved(self.shelf.closest(texts, about), texts, about)

    def expired(self, topic: str, *, country: str) -> Approved | None:
        text = self.shelf.expired(topic, country or self._only_country())
        return Approved(text.version, text.topic) if text else None

    def again(self, version: int) -> Approved | None:
        text = self.shelf.texts.get(version)
        if text is None or text.is_expired(timezone.localdate()):
            return None
        return self._approved(text, self.shelf.texts_of(text.topic, text.country) or (text,))

    def changed(self, version: int) -> Change | None:
        """Read anew each time: only her answer to a notice asks it."""
        told_at = changed.told_at(version, self.address) if self.address else None
        if told_at is None:
            return None
        article = ArticleVersion.objects.values_list("article_id", flat=True).get(pk=version)
        now = self.shelf.now_of(article)
        return Change(timezone.localdate(told_at).isoformat(), self.again(now.version) if now else None)

    def _approved(self, text: Text, texts: tuple[Text, ...], about: str = "") -> Approved:
        return Approved(
            version=text.version,
            topic=text.topic,
            siblings=tuple(other.version for other in texts if other.version != text.version),
            next_topics=tuple(topic for topic in text.next_topics if self._is_served(topic)),
            has_details=any(text.sections.get(name) for name in DETAILS),
            need=_need_after(text, about),
        )

    def _only_country(self) -> str:
        return self.countries[0] if len(self.countries) == 1 else ""

    def branches(self, *, country: str) -> tuple[str, ...]:
        return self.shelf.branches(country, self._live)

    def topics(self, branch: str, *, country: str) -> tuple[str, ...]:
        return self.shelf.topics_in(branch, country, self._live)

    def alerts(self, *, country: str) -> tuple[int, ...]:
        return tuple(alert.id for alert in self.shelf.alerts_in(country or self._only_country()))

    def rumour(self, text: str, *, country: str) -> int | None:
        return hearsay.rumour_meant(text, country=country or self._only_country())

    def is_staffed(self) -> bool:
        return self.pictures.staffing.is_open

    def is_watched(self) -> bool:
        """Asked anew each time, and only after danger: a screen may have gone a moment ago."""
        return watch.is_watched(timezone.now())

    def detect(self, text: str, current: str) -> str:
        return language.detect(text, current)

    def language_named(self, text: str) -> str | None:
        return language.named(text)

    def behind(self) -> Behind | None:
        """Read anew each time it is asked: only her own words about her record ask it."""
        person = joining.person_behind(self.address) if self.address else None
        if person is None:
            return None
        agreed = consenting.agreed(person, timezone.now()).values_list("pk", "purpose", "given_at")
        return Behind(
            tuple(Agreement(pk, purpose, timezone.localdate(at).isoformat()) for pk, purpose, at in agreed),
            age.decides_alone(person),
        )

    def is_asked(self, question: int) -> bool:
        if self.address is None or self.sent_at is None:
            return False
        return from_afar.stands(question, self.address, sent_at=self.sent_at)

    def is_stopped(self) -> bool:
        return self.address is not None and allowed.is_stopped_by_her(self.address)

    def code_fits(self, code: str) -> Fit:
        return joining.fits(code, self.address) if self.address else Fit.UNKNOWN

    def new_code(self) -> str:
        return joining.new_code()

    def sought(self, text: str) -> Sought:
        return needs.sought(text)

    def places(self, typed: str, *, country: str) -> Places:
        """Read anew each time: only whoever looks for a place asks it."""
        return services_near.places(typed, country or self._only_country(), self._live)

    def place_at(self, spot: Spot) -> int:
        return services_near.place_at(spot, self._live)

    def departments(self, country: str) -> tuple[int, ...]:
        return services_near.departments(country)

    def services(self, need: str, *, place: int, spot: Spot | None, most: int) -> tuple[Offer, ...]:
        return services_near.find(need, place=place, spot=spot, most=most)


def _need_after(text: Text, about: str) -> str:
    """What places nearby may help with after this text. Where its topic speaks of several needs: what was asked for, before its own."""
    own = needs.NEED_OF_TEXT.get(text.topic)
    if own is None:
        return needs.NEED_OF.get(text.topic, "")
    asked = needs.sought(about).need
    return asked if asked in NEEDS else own.get(text.article, SEVERAL)


def tools() -> KnowledgeTools:
    """Fresh for each claim: pictures are taken again when the stored number moved."""
    return KnowledgeTools(pictures())
