"""Other words for a fixed sentence of the assistant: written here by one, in force at once when another approves them.

From then on they are this installation's own: no pack ever writes over them (packs.arriving), and they go out with an export. What the
sentence must still hold, its gaps, its commands and its length, is checked before anybody may propose it.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations.models import Wording, WordingProposal
from baquiano.engine.universal import Universal, universal
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing

SENTENCE, GREETING, CHOICE, BUTTON = 300, 420, 24, 20
"""How long each kind may be, in UTF-16 units, as WhatsApp counts."""

BUTTONS = frozenset(
    "list_button pick.useful_yes pick.useful_no pick.person pick.menu pick.details pick.yes pick.no_menu pick.no "
    "pick.join_have pick.join_give pick.danger".split()
)
"""Choices that may stand alone under a message: WhatsApp shows them as buttons, which are shorter than rows."""

UNDECIDED = Q(approved_at=None, refused_at=None)

MAY_BE_EMPTY = frozenset(["in_spanish", "rest_in_spanish"])
AGREED_TO = "consent."
"""What somebody agreed to is known by its version: other words would make that a lie."""

NOT_ON_A_LOCKED_SCREEN = tuple(
    "violen vyolan polic lapolis vih hiv sida refugi refij suicid suisid viol abus maltrat agres golpe asylum azil asilo deport "
    "trata traffick".split()
)


class CannotWord(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Place:
    """Which sentence, in which language, of which country; `country` empty: of all that do not say it their own way."""

    key: str
    language: str
    country: str


def said_now(place: Place) -> str:
    """What is said there now: the country's own words, else the language's, else the Spanish ones. Empty: there is no such sentence."""
    order = ((place.language, place.country), (place.language, ""), ("es", place.country), ("es", ""))
    held = {(row.language, row.country): row.text for row in Wording.objects.filter(key=place.key)}
    return next((held[one] for one in order if one in held), "")


def propose(place: Place, text: str, *, by: User) -> WordingProposal:
    """Waits for somebody else; what is said now stays until then."""
    text = text.replace("\r\n", "\n")
    with writing():
        faults = list(faults_of(place, text))
        if faults:
            raise CannotWord(" ".join(faults))
        at = {"key": place.key, "language": place.language, "country": place.country}
        if Wording.objects.filter(**at, text=text).exists():
            raise CannotWord(_("These words are said already."))
        waiting = WordingProposal.objects.filter(UNDECIDED, **at)
        waiting.filter(by=by).update(refused_by=by, refused_at=timezone.now())  # they have thought again
        if waiting.exists():
            raise CannotWord(_("Other words for this sentence wait to be approved. Decide about them first."))
        proposal = WordingProposal.objects.create(**at, text=text, by=by)
        audit(by, "wording.proposed", proposal)
    return proposal


def approve(proposal: WordingProposal, *, by: User) -> None:
    """The second person's yes: said from the next turn on."""
    if proposal.by_id == by.pk:
        raise CannotWord(_("You wrote these words. Somebody else must approve them."))
    place = Place(proposal.key, proposal.language, proposal.country)
    with writing():
        if faults := list(faults_of(place, proposal.text)):  # the sentence changed while it waited
            raise CannotWord(" ".join(faults))
        decided = {"approved_by": by, "approved_at": timezone.now()}
        if not WordingProposal.objects.filter(UNDECIDED, pk=proposal.pk).update(**decided):
            raise CannotWord(_("Somebody has decided about these words meanwhile. Look at them again."))
        Wording.objects.update_or_create(
            key=place.key,
            language=place.language,
            country=place.country,
            defaults={"text": proposal.text, "pack": ""},
        )
        audit(by, "wording.approved", proposal)
        shelf_changed()


def refuse(proposal: WordingProposal, *, by: User) -> None:
    """The second person's no. Whoever wrote it thinks again by proposing other words."""
    with writing():
        decided = {"refused_by": by, "refused_at": timezone.now()}
        if not WordingProposal.objects.filter(UNDECIDED, pk=proposal.pk).update(**decided):
            raise CannotWord(_("Somebody has decided about these words meanwhile. Look at them again."))
        audit(by, "wording.refused", proposal)


# What a sentence must still hold ------------------------------------------------------------------------------------------


def gaps(text: str) -> frozenset[str]:
    """What the program fills in: {when}, {name} … Raises `CannotWord` when the braces cannot be read."""
    try:
        return frozenset(name for _said, name, _form, _how in Formatter().parse(text) if name is not None)
    except ValueError:
        raise CannotWord(_("A brace is open: write gaps as {name}, and no other braces.")) from None


def faults_of(place: Place, text: str) -> Iterator[str]:
    """Why these words cannot stand there, in words."""
    if place.key.startswith(AGREED_TO):
        yield _(
            "People agree to these words, and the version is written down: they are not changed, a new version comes."
        )
        return
    now = said_now(place)
    if not now and place.key not in MAY_BE_EMPTY:
        yield _("The assistant has no such sentence.")
        return
    if not text.strip() and place.key not in MAY_BE_EMPTY:
        yield _("Write what it should say.")
        return
    try:
        yield from _gaps_missing(gaps(now), gaps(text))
    except CannotWord as reason:
        yield str(reason)
    yield from _commands_missing(now, text)
    yield from _too_long(place.key, text)
    yield from _betrays(place.key, text)


def _gaps_missing(needed: frozenset[str], written: frozenset[str]) -> Iterator[str]:
    if missing := sorted(needed - written):
        yield _("Missing: %(gaps)s. The program fills it in.") % {"gaps": _braced(missing)}
    if unknown := sorted(written - needed):
        yield _("Nobody fills in: %(gaps)s. Take it out.") % {"gaps": _braced(unknown)}


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _commands_missing(now: str, text: str) -> Iterator[str]:
    """Words in capitals are commands: each must be one that the assistant obeys, and none may be lost."""
    for word in _capitals(text):
        if universal(word) is None and word not in _capitals(now):
            yield _("%(word)s: only commands that the assistant obeys are written in capitals.") % {"word": word}
    if lost := _commands(now) - _commands(text):
        yield _("Missing: the command %(words)s.") % {"words": ", ".join(sorted(_word_of(now, one) for one in lost))}


def _commands(text: str) -> frozenset[Universal]:
    return frozenset(found for word in _capitals(text) if (found := universal(word)) is not None)


def _word_of(text: str, command: Universal) -> str:
    return next(word for word in _capitals(text) if universal(word) is command)


def _capitals(text: str) -> list[str]:
    words = "".join(letter if letter.isalpha() or letter in "'-" else " " for letter in text).split()
    return [word for word in words if len(word) > 3 and word.isupper()]


def _too_long(key: str, text: str) -> Iterator[str]:
    most = (
        BUTTON if key in BUTTONS else CHOICE if key.startswith("pick.") else GREETING if key == "greeting" else SENTENCE
    )
    length = len(text.encode("utf-16-le")) // 2
    if length > most:
        yield _("%(length)d characters: at most %(most)d fit here.") % {"length": length, "most": most}
    if any(unicodedata.category(letter) in ("Cn", "Cs", "Co") for letter in text):
        yield _("There is a letter in it that telephones cannot show.")


def _betrays(key: str, text: str) -> Iterator[str]:
    """Whoever looks over her shoulder learns nothing."""
    if key == "pick.danger":
        return
    found = [word for word in fold(text).split() if word.strip('«"“(¿').startswith(NOT_ON_A_LOCKED_SCREEN)]
    if found:
        yield _("“%(word)s” can be read on a locked telephone by somebody else: say it another way.") % {
            "word": found[0]
        }
