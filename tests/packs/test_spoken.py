"""What no text of a pack may say, in any of its languages: refused by `check` and by `load`, naming the line."""

from datetime import date
from pathlib import Path

import pytest

from baquiano.packs import actions, spoken
from baquiano.packs.actions import CannotLoad
from tests.packs.conftest import Edit
from tests.packs.test_facts import packs

BODY_LINE = 28  # of the first sentence in articles/permiso.md


def problems(pack: Path, today: date | None = None) -> list[str]:
    return [str(problem) for problem in actions.check([pack], today=today)]


@pytest.mark.parametrize(
    "text",
    [
        "Un coyote le cobra.",
        "El coyotaje es caro.",
        "Vaya por la trocha.",
        "Hay TROCHAS cerca.",
        "Un trochero la lleva.",
        "Busque un pasador.",
        "Hable con el pollero.",
        "Hay un paso clandestino.",
        "Es un paso ilegal.",
        "Cruce por el río de noche.",
        "Hay caminos verdes.",
        "Camine por la selva.",
        "Tome el atajo.",
    ],
)
def test_a_way_or_who_sells_one_is_refused(pack: Path, edit: Edit, text: str) -> None:
    edit("articles/permiso.md", "El permiso cuesta $20.000.", text)
    found = [p for p in problems(pack) if p.startswith(f"norte/articles/permiso.md:{BODY_LINE}: ")]
    assert any("tells of a way" in problem for problem in found)


@pytest.mark.parametrize(
    ("language", "before", "text"),
    [
        ("en", "The permit costs $20,000.", "Ask a smuggler."),
        ("en", "The permit costs $20,000.", "Go through the jungle."),
        ("pt", "A licença custa $20.000.", "Fale com o coiote."),
        ("fr", "Le permis coûte $20 000.", "Un passeur aide."),
        ("ht", "Pèmi a koute $20.000.", "Chache yon koyòt."),
    ],
)
def test_translations_are_held_to_the_same(pack: Path, edit: Edit, language: str, before: str, text: str) -> None:
    edit("translations/permiso.yaml", before, text)
    assert any(
        p.startswith("norte/translations/permiso.yaml:") and f"{language}: “" in p and "tells of a way" in p
        for p in problems(pack)
    )


@pytest.mark.parametrize(
    "text", ["Es tráfico de migrantes.", "Cruzó por paso no habilitado.", "El riogrande.", "Va despacio."]
)
def test_the_crime_and_the_words_of_the_law_may_be_named(pack: Path, edit: Edit, text: str) -> None:
    edit("articles/permiso.md", "El permiso cuesta", f"{text} Cuesta")
    assert problems(pack) == []


WARNING = 'sdg: ["10.7"]\nwarning_words:\n  - {word: coyote, reason: avisa del engaño y no da contactos}\n'


def test_a_warning_may_use_the_word_it_gives_a_reason_for_and_no_other(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", 'sdg: ["10.7"]\n', WARNING)
    edit("articles/permiso.md", "El permiso cuesta", "Un coyote engaña. Cuesta")
    assert problems(pack) == []
    edit("articles/permiso.md", "Un coyote engaña.", "Un coyote engaña en la trocha.")
    assert [p for p in problems(pack) if "“trocha” tells of a way" in p]


def test_a_warning_word_that_nothing_says_is_refused(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", 'sdg: ["10.7"]\n', WARNING)
    assert problems(pack) == [
        "norte/articles/permiso.md:17: warning_words: nothing here says “coyote” any more: take it out"
    ]


def test_what_people_ask_is_not_what_we_say(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "  - es caro sacar eso\n", "  - un coyote me ofrece pasar por la trocha por $99.000\n")
    assert problems(pack) == []


@pytest.mark.parametrize(
    ("file", "before", "text"),
    [
        ("articles/permiso.md", "Pide una cita.", "Te daremos una cita."),
        ("articles/permiso.md", "Confirma antes de ir.", "El cupo está garantizado."),
        ("translations/permiso.yaml", "The permit costs $20,000.", "We will give you the permit."),
        ("translations/permiso.yaml", "A licença custa $20.000.", "Garantimos a licença."),
        ("translations/permiso.yaml", "Le permis coûte $20 000.", "Nous vous donnerons le permis."),
        ("translations/permiso.yaml", "Pèmi a koute $20.000.", "N ap ba ou papye."),
    ],
)
@pytest.mark.django_db
def test_a_promise_is_refused_and_never_loaded(pack: Path, edit: Edit, file: str, before: str, text: str) -> None:
    edit(file, before, text)
    assert any(p.startswith(f"norte/{file}:") and "promises what is not ours" in p for p in problems(pack))
    with pytest.raises(CannotLoad, match="promises what is not ours"):
        actions.load([pack])


WINDOW = "known_on: 2025-10-01\nwindow_closes_on: 2021-03-01"


def test_a_window_that_has_closed_is_said_first_in_every_language(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "known_on: 2025-10-01", WINDOW)
    found = problems(pack)
    assert len(found) == 5
    assert "norte/articles/permiso.md:8: the window closed on 2021-03-01" in found[0]
    assert {p.split(": ")[1] for p in found[1:]} == {"en", "pt", "fr", "ht"}
    edit("articles/permiso.md", "El permiso cuesta $20.000.", "La inscripción está CERRADA.")
    edit("translations/permiso.yaml", "The permit costs $20,000.", "It is CLOSED.")
    edit("translations/permiso.yaml", "A licença custa $20.000.", "Está FECHADA.")
    edit("translations/permiso.yaml", "Le permis coûte $20 000.", "C'est FERMÉ.")
    edit("translations/permiso.yaml", "Pèmi a koute $20.000.", "Li FÈMEN.")
    assert problems(pack) == []


def test_whether_a_window_is_past_depends_on_the_day_asked_for(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "known_on: 2025-10-01", WINDOW)
    assert problems(pack, today=date(2021, 3, 1)) == []
    assert len(problems(pack, today=date(2021, 3, 2))) == 5


@pytest.mark.django_db
def test_a_pack_still_loads_after_one_of_its_windows_has_closed(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "known_on: 2025-10-01", "known_on: 2021-03-01\nwindow_closes_on: 2021-03-01")
    assert len(problems(pack)) == 5
    actions.load([pack])  # who reads it is told CERRADA by the shelf


@pytest.mark.django_db
def test_a_pack_that_was_late_when_it_was_written_is_not_loaded(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "known_on: 2025-10-01", WINDOW)
    with pytest.raises(CannotLoad, match="the window closed on 2021-03-01"):
        actions.load([pack])


def test_nothing_in_the_packs_is_refused() -> None:
    found = [str(p) for pack in packs().values() for p in spoken.of_pack(pack, date(2026, 11, 21))]
    assert found == []
