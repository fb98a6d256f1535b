"""What a message looks for, by the words people use for what they need: no search, no model, no query.

Only a message with nothing else in it asks for a place ("comida en Viña", "albergue", "anything near?"). A question that says more is
searched like any other, and the places are offered after its answer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from baquiano.engine.tools import Sought
from baquiano.lib.text import fold, squeeze

FILE = Path(__file__).with_name("need_words.yaml")
LONGEST = 140
"""Characters: a longer message tells something, and is a question like any other."""
PLACE_WORDS_MOST = 6
IN_WORDS_MOST = 3
"""Of a name that is only nearly one: more words than that are no name."""
_WORD = re.compile(r"[a-z0-9]+(?:['’-][a-z0-9]+)*")
_ARTICLES = frozenset(("la", "el", "los", "las", "le", "o", "a"))

NEED_OF: Mapping[str, str] = {
    "gen_salud_mental": "mental_health",
    "gen_salud_sexual": "sexual_health",
    "gen_docs_venezuela": "documents",
    "gen_docs_otros": "documents",
    "gen_retorno_voluntario": "return",
    "gen_derechos_deberes": "legal_aid",
    "gen_discriminacion": "legal_aid",
    "gen_estafas_tramites": "legal_aid",
    "cl_arriendo_vivienda": "housing",
    "cl_cedula_run": "documents",
    "cl_despido_finiquito": "labour_rights",
    "cl_discapacidad": "disability_support",
    "cl_educacion_ipe": "education",
    "cl_expulsion": "legal_aid",
    "cl_fonasa": "health",
    "cl_interprete": "language_classes",
    "cl_paso_no_habilitado": "legal_aid",
    "cl_refugio": "asylum",
    "cl_residencia_definitiva": "regularisation",
    "cl_residencia_ninos": "regularisation",
    "cl_residencia_temporal": "regularisation",
    "cl_reunificacion": "regularisation",
    "cl_rsh_ayudas": "cash",
    "cl_salud_urgencia_embarazo": "health",
    "cl_titulos": "education",
    "cl_trabajo_contrato": "work",
    "cl_universidad": "education",
    "co_arriendo": "housing",
    "co_convalidacion": "education",
    "co_cuenta_banco": "money_transfer",
    "co_custodia_alimentos": "legal_aid",
    "co_discapacidad": "disability_support",
    "co_educacion_cupo": "education",
    "co_eps_afiliacion": "health",
    "co_multa_expulsion": "legal_aid",
    "co_otras_nacionalidades": "regularisation",
    "co_peticion_tutela": "legal_aid",
    "co_ppt_estado": "regularisation",
    "co_ppt_obtener": "regularisation",
    "co_ppt_perdida_correccion": "regularisation",
    "co_refugio": "asylum",
    "co_registro_nacido_colombia": "documents",
    "co_retornados": "documents",
    "co_salud_embarazo_vacunas": "health",
    "co_salud_urgencias": "health",
    "co_sin_papeles_salvoconducto": "regularisation",
    "co_sisben": "information",
    "co_trabajo_buscar": "work",
    "co_trabajo_derechos": "labour_rights",
    "co_victimas_conflicto": "legal_aid",
    "co_visa_cedula_extranjeria": "regularisation",
}
"""After an answer about this topic, what places nearby may help with. Never after violence, trafficking or a child alone: those have a route
and a person. A topic that no place helps with (a pension, a vote) is not here, nor one whose texts speak of several needs.
"""
NEED_OF_TEXT: Mapping[str, Mapping[str, str]] = {
    "gen_ayuda_humanitaria": {
        "gen_ayuda_humanitaria_cl": "shelter",
        "gen_ayuda_humanitaria_cl_2": "food",
        "gen_ayuda_humanitaria_cl_3": "information",
        "gen_ayuda_humanitaria_cl_4": "information",
        "gen_ayuda_humanitaria_co_2": "information",
        "gen_ayuda_humanitaria_co_3": "information",
    },
}
"""Topics that speak of several needs, and the one of each of their texts. One that is not here speaks of several itself."""


@dataclass(frozen=True)
class _Meaning:
    """One way to say something. `need` with `kind` "need"; else `kind` alone."""

    kind: str
    need: str = ""
    is_place: bool = False


class Words:
    """The list in memory: rows of words by their first one, the longest first; and beginnings of words."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._rows: dict[str, list[tuple[tuple[str, ...], _Meaning]]] = {}
        for need, said in raw["needs"].items():
            self._add(said["places"], _Meaning("need", need, is_place=True))
            self._add(said["words"], _Meaning("need", need))
        self._add(raw["near"], _Meaning("near"))
        self._add(raw["where"], _Meaning("where"))
        self._add(raw["open"], _Meaning("open"))
        self._add(raw["without_papers"], _Meaning("without_papers"))
        self._add(raw["fill"], _Meaning("fill"))
        for rows in self._rows.values():
            rows.sort(
                key=lambda one: -len(one[0])
            )  # stable: of the same length a need comes before "near", "where" and the rest
        self._in = [tuple(_words(one)) for one in raw["in"]]
        survivors = raw["survivors"]
        self._alone = [tuple(_words(one)) for one in survivors["alone"]]
        self._house = [tuple(_words(one)) for one in survivors["house"]]
        self._needed = [tuple(_words(one)) for one in survivors["needed"]]
        self._whose = [_beginning(one) for one in survivors["whose"]]
        self._anywhere = [tuple(_words(one)) for one in survivors["anywhere"]]
        self._fleeing = [_beginning(one) for one in survivors["fleeing"]]

    def _add(self, said: Iterable[str], meaning: _Meaning) -> None:
        for one in said:
            words = tuple(_words(one))
            self._rows.setdefault(words[0], []).append((words, meaning))

    def read(self, text: str) -> Sought:
        words = _words(text)
        if self._is_of_survivors(words):
            is_needed = len(words) <= SURVIVORS_FEW_WORDS or any(_stands_in(row, words) for row in self._needed)
            return Sought(is_of_survivors=True, is_needed=is_needed)
        if not words or len(text) > LONGEST:
            return Sought()
        found, left = self._meanings(words)
        needs = list(dict.fromkeys(one.need for one in found if one.kind == "need"))
        place, is_in, is_one = self._place(words, left)
        kinds = {one.kind for one in found}
        return Sought(
            need=needs[0] if needs else "",
            place=place,
            is_in=is_in,
            asks_where="where" in kinds,
            is_near="near" in kinds,
            is_kind_of_place=any(one.is_place for one in found),
            is_all=is_one,
            is_open="open" in kinds,
            without_papers="without_papers" in kinds,
        )

    def _meanings(self, words: list[str]) -> tuple[list[_Meaning], list[int]]:
        """What was understood, and the places of the words that were not."""
        found: list[_Meaning] = []
        left: list[int] = []
        at = 0
        while at < len(words):
            row = next(
                (row for row in self._rows.get(words[at], ()) if tuple(words[at : at + len(row[0])]) == row[0]), None
            )
            if row is None:
                left.append(at)
                at += 1
                continue
            found.append(row[1])
            at += len(row[0])
        return found, left

    def _place(self, words: list[str], left: list[int]) -> tuple[str, bool, bool]:
        """The words that may name a municipality, from the first that is left to the last; whether "in" stands before them; and whether
        they are all that is left in one row."""
        if not left:
            return "", False, True
        first, last = left[0], left[-1]
        between = [at for at in range(first, last) if at not in left]
        is_one = last - first < PLACE_WORDS_MOST and len(between) <= len(left)
        if first and words[first - 1] in _ARTICLES:
            first -= 1
        is_in = last - first < IN_WORDS_MOST and any(_ends_with(row, words[:first]) for row in self._in)
        return " ".join(words[first : last + 1]), is_in, is_one

    def _is_of_survivors(self, words: list[str]) -> bool:
        if any(_stands_in(row, words) for row in self._alone):
            return True
        if len(words) > SURVIVORS_WORDS_MOST:
            return False
        spoken = f" {' '.join(words)} "
        is_fled = any(word in spoken for word in self._fleeing)
        if any(_stands_in(row, words) for row in self._house):
            return is_fled or any(whose in spoken for whose in self._whose)
        return is_fled and any(_stands_in(row, words) for row in self._anywhere)


SURVIVORS_FEW_WORDS = 6
SURVIVORS_WORDS_MOST = 14
"""A longer message tells more than that, and the danger rules read it."""


def _words(text: str) -> list[str]:
    return _WORD.findall(squeeze(fold(text)))


def _beginning(said: str) -> str:
    """ " golp" for "golp*": where a word begins so; " mi marido " for whole words."""
    words = " ".join(_words(said))
    return f" {words}" if said.endswith("*") else f" {words} "


def _ends_with(row: tuple[str, ...], words: list[str]) -> bool:
    return len(words) >= len(row) and tuple(words[-len(row) :]) == row


def _stands_in(row: tuple[str, ...], words: list[str]) -> bool:
    return any(tuple(words[at : at + len(row)]) == row for at in range(len(words) - len(row) + 1))


@cache
def _list() -> Words:
    return Words(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def sought(text: str) -> Sought:
    return _list().read(text)


def needs_named() -> Iterator[str]:
    """The codes that have words."""
    yield from yaml.safe_load(FILE.read_text(encoding="utf-8"))["needs"]
