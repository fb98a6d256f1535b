"""Other words for a danger text: written by one, in force when another approves them; the words in force stay until then.

Whoever writes and whoever approves answer for the words: both sign them, so a text is never without its two signatures because it became
better. What a danger text must be (short, neutral on a locked screen, with its numbers and nothing else to do) is checked before.
"""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import writing
from baquiano.safety import book
from baquiano.safety.book import NumberShown
from baquiano.safety.faults import WORDS, Offered, faults
from baquiano.safety.models import CrisisProposal, CrisisSignature, CrisisText
from baquiano.safety.said import Around, Line

UNDECIDED = Q(approved_at=None, refused_at=None)


class CannotPropose(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


def propose(text: CrisisText, words: str, around: Around, *, by: User) -> CrisisProposal:
    """With the numbers it has: those are verified elsewhere. Waits for somebody else."""
    words = " ".join(words.split())
    if words == text.text:
        raise CannotPropose(_("These words are in force already."))
    if wrong := faults_of(text, words, around):
        raise CannotPropose(" ".join(wrong))
    with writing():
        waiting = CrisisProposal.objects.filter(UNDECIDED, text=text)
        waiting.filter(by=by).update(refused_by=by, refused_at=timezone.now())  # they have thought again
        if waiting.exists():
            raise CannotPropose(_("Other words for this text wait to be approved. Decide about them first."))
        proposal = CrisisProposal.objects.create(text=text, words=words, numbers=text.numbers, by=by)
        audit(by, "danger_text.proposed", proposal, about=_which(text))
    return proposal


def approve(proposal: CrisisProposal, *, by: User) -> None:
    """The second person's yes. From the next message on these words are said, with both signatures."""
    if proposal.by_id == by.pk:
        raise CannotPropose(_("You wrote these words. Somebody else must approve them."))
    with writing():
        text = CrisisText.objects.select_for_update().get(pk=proposal.text_id)
        if list(text.numbers) != list(proposal.numbers):
            raise CannotPropose(
                _("The numbers of this text changed meanwhile. Refuse these words and write them again.")
            )
        decided = {"approved_by": by, "approved_at": timezone.now()}
        if not CrisisProposal.objects.filter(UNDECIDED, pk=proposal.pk).update(**decided):
            raise CannotPropose(_("Somebody has decided about these words meanwhile. Look at them again."))
        text.text, text.pack = proposal.words, ""  # this installation's own: no pack writes over it
        text.save(update_fields=["text", "pack"])
        for who in (proposal.by, by):
            CrisisSignature.objects.get_or_create(text=text, words=text.words, by=who)
        audit(by, "danger_text.approved", proposal, about=_which(text))
        shelf_changed()


def refuse(proposal: CrisisProposal, *, by: User) -> None:
    """The second person's no. Whoever wrote it thinks again by proposing other words."""
    with writing():
        decided = {"refused_by": by, "refused_at": timezone.now()}
        if not CrisisProposal.objects.filter(UNDECIDED, pk=proposal.pk).update(**decided):
            raise CannotPropose(_("Somebody has decided about these words meanwhile. Look at them again."))
        audit(by, "danger_text.refused", proposal, about=_which(proposal.text))


def _which(text: CrisisText) -> str:
    return f"{text.kind} {text.language} {text.country or '--'}"


# What a danger text must be -----------------------------------------------------------------------------------------------


def faults_of(text: CrisisText, words: str, around: Around) -> list[str]:
    """Why these words cannot be said to somebody in danger, in words; empty: they can. `around`: how numbers are said in its language."""
    held = book.current()
    numbers = [held.numbers[one] for one in text.numbers if one in held.numbers]
    offered = Offered(
        text.kind,
        text.language,
        text.country,
        words,
        tuple(_line(number, text.language) for number in numbers),
        tuple(number.kinds for number in numbers),
    )
    generals = {country: held.general(country) for country in {number.country for number in numbers}}
    given = {country: _line(number, text.language) for country, number in generals.items() if number}
    found = list(dict.fromkeys(fault.rule for fault in faults(offered, around, given)))
    return [str(WORDS[rule]) for rule in found]


def _line(number: NumberShown, language: str) -> Line:
    return Line(number.number, number.name(language), number.country, number.is_police, None)
