"""Danger texts as they will be said on the worst day: short, neutral at a glance, with the right numbers. Said by `check`.

Pure: values in, problems out. What a text may not be stands in `safety.faults`; here it is asked of the files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from baquiano.engine.danger import Danger
from baquiano.packs.contents import LANGUAGES, CrisisFile, NumberFile, PackFile
from baquiano.packs.strict import Problem
from baquiano.safety.faults import Offered, faults
from baquiano.safety.said import Around, Line, is_police


def of_packs(packs: Sequence[PackFile], beside: Sequence[PackFile]) -> Iterator[Problem]:
    """`beside`: what they require. A text whose numbers stand in none of them cannot be looked at, and `checking` says so."""
    shelf = _Shelf.of((*packs, *beside))
    for pack in packs:
        for crisis in pack.crisis:
            if all(number in shelf.numbers for number in crisis.numbers):
                for fault in faults(shelf.offered(crisis), shelf.around(crisis), shelf.generals(crisis.language)):
                    place = f"{crisis.kind}, {crisis.language}"
                    yield crisis.origin.problem("text", f"the danger text ({place}) {fault}")
        yield from _missing(pack)


def _missing(pack: PackFile) -> Iterator[Problem]:
    """A language that has danger texts has one for each kind that its Spanish file has."""
    kinds = {crisis.kind for crisis in pack.crisis if crisis.language == "es"}
    for language in LANGUAGES:
        here = [crisis for crisis in pack.crisis if crisis.language == language]
        for kind in sorted(kinds - {crisis.kind for crisis in here}) if here else ():
            yield here[0].origin.problem("kind", f"there is no danger text for {kind} in {language}")


@dataclass(frozen=True)
class _Shelf:
    """What the packs read together hold."""

    numbers: Mapping[str, NumberFile]
    crisis: tuple[CrisisFile, ...]
    sentences: Mapping[tuple[str, str, str], str]  # key, language, country

    @classmethod
    def of(cls, packs: Sequence[PackFile]) -> "_Shelf":
        return cls(
            {number.id: number for pack in packs for number in pack.numbers},
            tuple(crisis for pack in packs for crisis in pack.crisis),
            {(row.key, row.language, row.country): row.text for pack in packs for row in pack.wordings},
        )

    def offered(self, crisis: CrisisFile) -> Offered:
        numbers = [self.numbers[number] for number in crisis.numbers]
        return Offered(
            crisis.kind,
            crisis.language,
            crisis.country,
            crisis.text,
            tuple(_line(number, crisis.language) for number in numbers),
            tuple(number.kinds for number in numbers),
        )

    def around(self, crisis: CrisisFile) -> Around:
        """An unknown country stands beside each number, and every country that the packs have numbers of is served."""

        def say(key: str) -> str:
            own = self.sentences.get((key, crisis.language, crisis.country))
            return own if own is not None else self.sentences.get((key, crisis.language, ""), "")

        countries = sorted({number.country for number in self.numbers.values()})
        return Around(
            between=say("between_numbers") or " · ",
            confirmed_on=say("number_confirmed_on"),
            call_local=say("call_local"),
            automatic=say("automatic"),
            in_country="" if crisis.country else say("in_country"),
            countries={code: say(f"countries.{code}") or code for code in countries},
        )

    def generals(self, language: str) -> dict[str, Line]:
        """The first number of each country's text for a danger that nobody has named."""
        found = {}
        for crisis in self.crisis:
            if crisis.kind == Danger.UNKNOWN and crisis.country and crisis.language in (language, "es"):
                first = next((self.numbers[number] for number in crisis.numbers if number in self.numbers), None)
                if first:
                    found[crisis.country] = _line(first, language)
        return found


def _line(number: NumberFile, language: str) -> Line:
    name = number.names.get(language) or number.names.get("es", "")
    return Line(number.number, name, number.country, is_police(number.whose), None)
