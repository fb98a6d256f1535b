"""Yuli with something of hers in every place that can hold anything: each with a word that stands nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.accountability.actions import Received, identify, open_request
from baquiano.accountability.models import Challenge, Door, Identified, RequestKind
from baquiano.accounts.models import Area, Role, User
from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations.models import Conversation, Enclosure, Message, Note
from baquiano.custody import tombstones
from baquiano.custody.actions import hold, lift
from baquiano.directory.models import Organization
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.files.content import Content
from baquiano.files.models import Attachment
from baquiano.files.models import Purpose as FilePurpose
from baquiano.knowledge import questions
from baquiano.knowledge.models import Question
from baquiano.lib.turnstile import writing
from baquiano.people import granting
from baquiano.people.actions import Described, Paper, add_document, register
from baquiano.people.contact import SafeContact, dump
from baquiano.people.families import LooksAfter, add_caregiver, add_to_family
from baquiano.people.models import Address, Alias, Consent, Fact, JoinCode, Joining, KeptPaper, Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.people.models.family import Relation
from baquiano.people.models.joining import How
from baquiano.people.models.particulars import Basis, DocumentKind
from baquiano.post.models import Letter, State
from baquiano.safety import following
from baquiano.safety.actions import acknowledge, raise_alert
from baquiano.safety.models import FollowUp
from baquiano.territory.models import Country, Division
from tests.conftest import Joins

PHONE = "573009998877"


def canary(name: str) -> str:
    """A word that stands nowhere else."""
    return f"kanarie-{name}"


@dataclass(frozen=True)
class Served:
    """Somebody served, the door she writes from and the conversation that was had."""

    person: Person
    address: Address
    conversation: Conversation


@pytest.fixture(autouse=True)
def no_list_is_left_over() -> Iterator[None]:
    """The list lies in the home of the tests, beside their keys."""
    tombstones.file().unlink(missing_ok=True)
    yield
    tombstones.file().unlink(missing_ok=True)


@pytest.fixture
def dora(joins: Joins) -> User:
    """Director."""
    return joins("dora", "Dora", Role.DIRECTOR)


@pytest.fixture
def luz(joins: Joins) -> User:
    """Psychologist."""
    return joins("luz", "Luz", Role.PSYCHOLOGICAL)


@pytest.fixture
def cucuta(db: None) -> Division:
    country = Country.objects.create(code="CO", name="Colombia", timezone="America/Bogota")
    return Division.objects.create(
        country=country, level=2, code="54001", pcode="CO54001", name="Cúcuta", name_folded="cucuta"
    )


@pytest.fixture
def clinic(db: None) -> Organization:
    return Organization.objects.create(name="Clínica del Río")


@pytest.fixture
def yuli(luz: User, carla: User, cucuta: Division, clinic: Organization, whatsapp: Channel) -> Served:
    return served(luz, carla, cucuta, clinic, whatsapp)


def served(luz: User, carla: User, place: Division, clinic: Organization, line: Channel) -> Served:
    now = timezone.now()
    person = register(
        Described(
            name=f"Yulimar {canary('name')}",
            called=canary("called"),
            pronoun=canary("pronoun"),
            gender="woman",
            birth_year=1994,
            language="es",
            municipality=place,
            groups=("migrant",),
            nationalities=("VE",),
        ),
        by=luz,
    )
    Person.objects.filter(pk=person.pk).update(born_on=canary("born"), safe_contact=canary("safe"))
    add_document(person, Paper(DocumentKind.PASSPORT, number=canary("passport")), by=luz)
    consent = Consent.objects.create(
        person=person, purpose=Purpose.SHARE, receiver=clinic, data=["name"], basis=Basis.CONSENT, text_version="v1",
        language="es", evidence=Evidence.SPOKEN, asked_by=luz, expires_at=now + timedelta(days=30),
        restrictions={"not": canary("restriction")}, proof=canary("proof"), reason=canary("reason"),
        withdrawn_why=canary("withdrawn"),
    )  # fmt: skip
    Fact.objects.create(
        person=person, category="mental_health", area=Area.PSYCHOLOGICAL, text=canary("fact"), basis=Basis.CONSENT,
        consent=consent, why=canary("why"), told_to=luz, until=(now + timedelta(days=90)).date(),
    )  # fmt: skip
    _related(person, luz, carla)
    address = _spoken(person, line)
    _followed_up(address, luz)
    _shown(person, luz)
    _asked(person, carla)
    return Served(person, address, Conversation.objects.get(address=address))


def _related(person: Person, luz: User, carla: User) -> None:
    now = timezone.now()
    child = register(Described(called="Sofi", birth_year=timezone.localdate().year - 5), by=luz)
    sister = register(Described(called="Hermana-Ajena", birth_year=1990), by=luz)
    add_to_family(person, child, Relation.CHILD, by=luz)
    add_to_family(person, sister, Relation.SIBLING, by=luz)
    hers = LooksAfter(person=person, name=canary("as-carer"), contact=canary("carer-contact"), paper=canary("paper"))
    add_caregiver(child, hers, by=luz)
    add_caregiver(person, LooksAfter(name="Vecina-Ajena", contact="3110000000"), by=luz)
    granting.grant(person, luz, area="", until=now + timedelta(days=20), reason=canary("access"), by=carla)
    glass = granting.break_glass(person, reason=canary("glass-reason"), by=carla)
    granting.review_glass(glass, was_right=True, review=canary("glass-review"), by=luz)
    lift(hold(person, reason=canary("hold"), until=now + timedelta(days=9), by=carla), by=carla)


def _spoken(person: Person, line: Channel) -> Address:
    now = timezone.now()
    rule = dump(SafeContact(never_tell=canary("never tell there")))
    address = Address.objects.create(channel=line, safe_contact=rule)
    Alias.objects.create(address=address, channel=line, scheme="wa_phone", value=PHONE, value_hash="h" * 64)
    Joining.objects.create(person=person, address=address, how=How.ORAL, since=now - timedelta(days=2))
    JoinCode.objects.create(person=person, code_hash="c" * 64, expires_at=now + timedelta(minutes=5))
    conversation = Conversation.objects.create(address=address, state={"asked": canary("state")}, country="CO")
    Message.objects.create(
        conversation=conversation, channel=line, author="person", text=canary("message"), state="handled", level="P2",
        danger="need",
    )  # fmt: skip
    voice = Message.objects.create(
        conversation=conversation, channel=line, author="person", text="", kind="audio", state="handled"
    )
    Enclosure.objects.create(
        message=voice, provider_id=canary("provider"), sha256=canary("hash"), name=canary("file name"),
        transcript=canary("transcript"), state="kept",
        attachment=Attachment.objects.create(
            content="opus", size=1, purpose=FilePurpose.MESSAGE, key=canary("sound").encode(), completed_at=now,
            expires_at=now + timedelta(days=9),
        ),
    )  # fmt: skip
    letter = Letter.objects.create(address=address, cause="turn:1", body={"text": canary("letter"), "choices": []})
    Letter.objects.filter(pk=letter.pk).update(state=State.DELIVERED, settled_at=now)
    Message.objects.create(
        conversation=conversation, channel=line, author="machine", text=canary("answer"), state="said", letter=letter
    )
    Letter.objects.create(address=address, cause="reminder:1", body={"text": canary("reminder"), "choices": []})
    RawWebhook.objects.create(
        channel=line, digest="d" * 64, body=f'{{"from":"{PHONE}","t":"{canary("raw")}"}}'.encode(), parsed_at=now
    )
    Question.objects.create(
        text=canary("question"), said_hash=questions.hash_of(canary("message")), language="es", reason="empty",
        asked_at=now,
    )  # fmt: skip
    return address


def _followed_up(address: Address, luz: User) -> None:
    """An alert about her that is over: somebody went, asked how she was and closed it."""
    conversation = Conversation.objects.get(address=address)
    Note.objects.create(conversation=conversation, text=canary("note"), by=luz)
    about = f"conversation:{conversation.pk}"
    with writing():
        alert = raise_alert(Finding(Level.P2, Danger.NEED, "a-rule"), about=about)
    acknowledge(alert, by=luz)
    following.follow_up(alert, FollowUp.Outcome.SAFE, canary("followed"), by=luz)
    following.close(alert, by=luz)


def _shown(person: Person, luz: User) -> None:
    now = timezone.now()
    attachment = Attachment.objects.create(
        content=Content.values[0], size=1, purpose=FilePurpose.PROCEDURE, name=canary("file"), why=canary("file-why"),
        key=canary("key").encode(), completed_at=now, expires_at=now + timedelta(days=9),
    )  # fmt: skip
    KeptPaper.objects.create(person=person, attachment=attachment, added_by=luz)


def _asked(person: Person, carla: User) -> None:
    request = open_request(
        Received(RequestKind.COPY, Door.DESK, "CO", asked=canary("asked"), contact=canary("contact")), by=carla
    )
    identify(request, person, Identified.SEEN, by=carla)
    request.refresh_from_db()
    request.extended_why, request.answer = canary("longer"), canary("answered")
    request.save(update_fields=["extended_why", "answer"])
    Challenge.objects.create(
        request=request, person=person, code_hash="e" * 64, expires_at=timezone.now() + timedelta(minutes=9)
    )


def aged(person: Person, days: int) -> None:
    """Nobody has heard of her for so many days."""
    then = timezone.now() - timedelta(days=days)
    Person.objects.filter(pk=person.pk).update(last_seen_on=then.date(), registered_at=then)
