"""What two people worded here stays theirs: a pack loaded again, with other words or without them, never writes over it."""

from pathlib import Path

import pytest

from baquiano.accounts.models import User
from baquiano.conversations import proposing
from baquiano.conversations.models import Wording
from baquiano.conversations.proposing import Place
from baquiano.conversations.wording import Speaker, around, pictures
from baquiano.packs import actions
from baquiano.packs.held import held
from baquiano.packs.models import PackLoad
from baquiano.safety import proposing as danger
from baquiano.safety.models import CrisisText
from tests.packs.conftest import Edit

pytestmark = pytest.mark.django_db

OURS = "Elige un número o cuéntame."
BETTER = "Gracias por escribirnos. Si puedes, ve con alguien de confianza y marca {numbers}."


@pytest.fixture
def worded(pack: Path, edu: User, rita: User) -> Wording:
    """Both Edu and Rita want the menu to say something else."""
    actions.load([pack])
    row = Wording.objects.get(key="menu")
    proposing.approve(proposing.propose(Place("menu", "es", row.country), OURS, by=edu), by=rita)
    return row


@pytest.fixture
def reworded(pack: Path, edu: User, rita: User) -> CrisisText:
    actions.load([pack])
    text = CrisisText.objects.get()
    said = around(Speaker(text.language, text.country, pictures()), says_country=not text.country)
    danger.approve(danger.propose(text, BETTER, said, by=edu), by=rita)
    return text


def test_a_sentence_stays_when_the_pack_says_it_another_way(pack: Path, edit: Edit, worded: Wording) -> None:
    edit("wording/es.yaml", "menu: Elige un número", "menu: Escribe un número")
    for _ in range(2):
        actions.load([pack])
    worded.refresh_from_db()
    assert (worded.text, worded.pack) == (OURS, "")


def test_a_sentence_stays_when_the_pack_drops_it(pack: Path, edit: Edit, worded: Wording) -> None:
    edit("wording/es.yaml", "menu: Elige un número\n", "")
    actions.load([pack])
    worded.refresh_from_db()
    assert worded.text == OURS


def test_a_danger_text_stays_with_both_signatures(pack: Path, edit: Edit, reworded: CrisisText) -> None:
    edit("safety/crisis.es.yaml", "Esto es urgente", "Es urgente")
    actions.load([pack])
    reworded.refresh_from_db()
    assert reworded.text == BETTER
    assert reworded.is_signed()


def test_an_export_carries_the_words_of_this_house(pack: Path, worded: Wording, reworded: CrisisText) -> None:
    here = held(PackLoad.objects.get())
    assert OURS in {sentence.text for sentence in here.wordings}
    assert BETTER in {text.text for text in here.crisis}
