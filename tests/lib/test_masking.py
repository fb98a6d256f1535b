import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.lib.masking import MARKS, mask, without_marks
from baquiano.lib.text import fold

KNOWN = frozenset(
    fold(
        "yo soy vivo en de y necesito quiero el la un permiso registro civil migracion colombia ppt sisben venezolana refugiado hola a mi "
        "hija salud bogota ayuda con tengo haitien voy para cita perdi"
    ).split()
) | {"norte de santander", "santa rosa"}

TYPED = st.text(
    st.one_of(
        st.sampled_from("aeiosrnlmtAEJPñé .,;:!?¿\n-'/@[]#…()+0123456789"),
        st.characters(),
    ),
    max_size=120,
)
SAID = st.lists(
    st.sampled_from(
        [
            *("me llamo soy my name is mwen rele je m'appelle don señora mi nombre es".split()),
            *("Juan Pérez ana maría de la Cruz Registro Civil Norte Santander Rosa hola necesito".split()),
            *(". , : ! [#] [@] [//] […] 300 123 4567 V-12.345.678 ana@x.org www.x.cl wa.me/57300".split()),
        ]
    ),
    max_size=14,
).map(" ".join)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("me llamo maria perez y necesito el ppt", "me llamo […] y necesito el ppt"),
        ("Me llamo Juan Carlos Rosa, vivo en Bogotá", "Me llamo […], vivo en Bogotá"),
        ("hola soy venezolana y necesito ayuda", "hola soy venezolana y necesito ayuda"),
        ("hola soy yulimar y necesito ayuda", "hola soy […] y necesito ayuda"),
        ("mi nombre es: Ana", "mi nombre es: […]"),
        ("mwen rele Jean Baptiste", "mwen rele […]"),
        ("my name is Grace Okafor", "my name is […]"),
        ("meu nome é joão da silva", "meu nome é […]"),
        ("je m’appelle Marie-Claire", "je m’appelle […]"),
        ("tengo cita con Pedro Gómez de la Torre en el Registro Civil", "tengo cita con […] en el Registro Civil"),
        ("Vivo en Norte de Santander", "Vivo en Norte de Santander"),
        ("Necesito el PPT", "Necesito el PPT"),
        ("Yulimar Peña necesita cita", "[…] necesita cita"),
        ("NECESITO AYUDA CON EL ARRIENDO", "NECESITO AYUDA CON EL ARRIENDO"),
        ("ME LLAMO ANA Y TENGO CITA", "ME LLAMO […] Y TENGO CITA"),
        ("mi cédula es V-12.345.678", "mi cédula es [#]"),
        ("llámame al +57 300 123 4567 ya", "llámame al [#] ya"),
        ("perdí la RUN 12.345.678-9", "perdí la […] [#]"),
        ("tengo 3 hijos de 5 y 12", "tengo 3 hijos de 5 y 12"),
        ("escribe a ana.p@correo.com. Vivo en Bogotá", "escribe a [@]. Vivo en Bogotá"),
        ("mira https://wa.me/573001234567?text=hola ahora", "mira [//] ahora"),
        ("entra a facebook.com/juan.perez", "entra a [//]"),
    ],
)
def test_what_leads_to_a_person_is_taken_out_and_the_question_stays(typed: str, kept: str) -> None:
    assert mask(typed, KNOWN) == kept


@given(st.one_of(TYPED, SAID))
def test_masking_what_is_masked_changes_nothing(typed: str) -> None:
    masked = mask(typed, KNOWN)
    assert mask(masked, KNOWN) == masked


@given(st.one_of(TYPED, SAID, st.lists(st.from_regex(r"[\d .,\-/()]{3,14}", fullmatch=True)).map(" hola ".join)))
def test_no_row_of_four_digits_survives(typed: str) -> None:
    assert not re.search(r"\d{4,}", mask(typed, KNOWN))


@given(TYPED, st.emails(), TYPED)
def test_no_mail_address_survives(before: str, address: str, after: str) -> None:
    masked = mask(f"{before} {address} {after}", KNOWN)
    assert address not in masked
    assert not re.search(r"[^\s\[]@|@[^\s\]]", masked)


@given(st.from_regex(r"\+?[0-9]{2,3}[ -]?[0-9]{3}[ .-]?[0-9]{4}", fullmatch=True))
def test_a_telephone_number_leaves_no_digit(number: str) -> None:
    assert not re.search(r"\d", mask(f"mi número es {number} gracias", KNOWN))


def test_the_marks_can_be_taken_away_to_go_on_writing() -> None:
    assert without_marks("hola […] y el [#]  ya") == "hola y el ya"
    assert all(not without_marks(mark) for mark in MARKS)
