"""STOP, ALTO, BAJA: nothing unasked any more; said whole, never inside a sentence, and never before danger."""

import pytest

from baquiano.engine.universal import Universal, universal
from tests.engine.world import Talk, World

STOPS = [
    "STOP",
    "Stop.",
    "¡ALTO!",
    "alto",
    "BAJA",
    "baja",
    "darme de baja",
    "no más mensajes",
    "unsubscribe",
    "PARAR",
    "arrêt",
    "sispann",
]
STARTS = ["ALTA", "alta", "START", "Start", "retomar", "reprendre", "rekòmanse"]
NOT_STOPS = [
    "alto ahí",
    "baja por favor el volumen",
    "cancelar",
    "quiero dar de baja mi línea",
    "stop it now please",
    "sair",
    "altooo",
    "contraalto",
]


@pytest.mark.parametrize("text", STOPS)
def test_the_whole_message_stops_what_is_unasked(text: str) -> None:
    talk = Talk()
    talk.say(text)
    assert (talk.keys, talk.wishes) == (["letters_stopped"], ["StopLetters"])


@pytest.mark.parametrize("text", NOT_STOPS)
def test_part_of_a_message_stops_nothing(text: str) -> None:
    assert universal(text) is not Universal.STOP


@pytest.mark.parametrize("text", ["alto, tiene un cuchillo", "stop, tiene un cuchillo"])
def test_a_danger_with_the_word_in_it_is_a_danger(text: str) -> None:
    talk = Talk()
    talk.say(text)
    assert "warn:violence" in talk.keys
    assert "StopLetters" not in talk.wishes


@pytest.mark.parametrize("text", STARTS)
def test_whoever_stopped_comes_back_by_a_word(text: str) -> None:
    talk = Talk(World(stopped=True))
    talk.say(text)
    assert (talk.keys, talk.wishes) == (["letters_allowed"], ["AllowLetters"])


@pytest.mark.parametrize("text", ["START", "alta"])
def test_whoever_never_stopped_begins(text: str) -> None:
    talk = Talk()
    talk.say(text)
    assert (talk.keys, talk.wishes) == (["menu"], [])


def test_to_leave_is_another_word() -> None:
    assert universal("SALIR") is Universal.LEAVE
