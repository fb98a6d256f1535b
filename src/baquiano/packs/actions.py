"""Checking packs and loading them into the tables: all of a call or nothing, and a second time nothing at all.

What this installation did itself is never overwritten: a version that was published, verified, withdrawn or quoted stays as it is,
rows that carry another pack's name (or none) are left alone, and a changed article comes in as a new version beside the old one.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from baquiano.accounts.models import Organisation
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import Article, Topic
from baquiano.lib.turnstile import writing
from baquiano.packs import apart, checking, danger_texts, facts, manner, offers, own_texts, reading
from baquiano.packs.arriving import bring, bring_divisions
from baquiano.packs.checking import Surroundings, surroundings_of
from baquiano.packs.contents import PackFile
from baquiano.packs.leaving import take_away
from baquiano.packs.models import PackLoad
from baquiano.packs.strict import Problem
from baquiano.packs.tally import LoadReport
from baquiano.safety.models import EmergencyNumber

Progress = Callable[[str], None]


class CannotLoad(Exception):
    """Nothing was loaded. Every problem names its file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def _silent(line: str) -> None:
    """Nobody is watching."""


def check(paths: Iterable[Path], *, today: date | None = None, progress: Progress = _silent) -> list[Problem]:
    """Everything to mend in these packs, on a day. What they require is read beside them, and not complained about.

    More than `load` refuses: also what is hard to read, asked in too few ways, not translated, nowhere on the map, taken for something else, or said
    to somebody in danger in words that are too long or show on a locked screen.
    """
    folders = [Path(path).resolve() for path in paths]
    packs, problems = _read(folders, progress)
    by_name = {folder.name: folder for folder in folders}
    beside = {
        by_name[pack.name].parent / name
        for pack in packs
        if pack.name in by_name
        for name in pack.requires
        if name not in by_name
    }
    required = [found.pack for folder in sorted(beside) if (found := reading.read(folder)).pack]
    day = today or timezone.localdate()
    problems += checking.check(packs, surroundings_of(required), _facts_of(folders), day)
    problems += manner.of_packs([pack for pack in packs if not pack.is_own], required)
    problems += danger_texts.of_packs(packs, required)
    if packs:
        progress("asking every question of every article")
        problems += apart.of_packs(packs, required, folders[0].parent)
    return sorted(set(problems))


def load(paths: Iterable[Path], *, progress: Progress = _silent) -> LoadReport:
    """Raises `CannotLoad` with every problem, having changed nothing. Files are read and compared before the transaction begins."""
    folders = [Path(path).resolve() for path in paths]
    found, problems = _read(folders, progress)
    packs = [left for left in map(own_texts.still_to_come, found) if left]
    # A pack must install also after one of its windows has closed: people then read CERRADA first, whatever its words say.
    problems += checking.check(packs, _around(packs), _facts_of(folders), today=None)
    problems += _not_here(packs)
    if problems:
        raise CannotLoad(sorted(set(problems)))
    report = LoadReport(tuple(pack.name for pack in packs))
    with writing():
        problems = [problem for pack in packs for problem in _clashes(pack)]
        if problems:
            raise CannotLoad(sorted(set(problems)))
        in_order = _required_first(packs)
        for pack in in_order:
            bring_divisions(pack, report)
        for pack in in_order:
            progress(f"{pack.name}: loading")
            _bring(pack, report)
        for pack in reversed(in_order):
            take_away(pack, report)
        if report.is_new:
            shelf_changed()
    for line in report.lines():
        progress(line)
    return report


def _bring(pack: PackFile, report: LoadReport) -> None:
    try:
        bring(pack, report)
    except offers.NotTakenIn as refusal:
        raise CannotLoad(sorted(refusal.problems)) from None


def _read(folders: Sequence[Path], progress: Progress) -> tuple[list[PackFile], list[Problem]]:
    packs: list[PackFile] = []
    problems: list[Problem] = []
    for folder in folders:
        found = reading.read(folder)
        problems += found.problems
        if found.pack:
            packs.append(found.pack)
            progress(
                f"{folder.name}: read {len(found.pack.topics)} topics, {len(found.pack.articles)} articles, "
                f"{len(found.pack.crisis)} danger texts, {len(found.pack.numbers)} numbers, {len(found.pack.wordings)} sentences, "
                f"{len(found.pack.services)} services"
            )
    return packs, problems


def _required_first(packs: Sequence[PackFile]) -> list[PackFile]:
    by_name = {pack.name: pack for pack in packs}
    ordered: dict[str, PackFile] = {}
    waiting = list(packs)
    while waiting:
        ready = [pack for pack in waiting if not any(n in by_name and n not in ordered for n in pack.requires)]
        for pack in ready or waiting:  # packs that require each other: as they were named
            ordered[pack.name] = pack
        waiting = [pack for pack in waiting if pack.name not in ordered]
    return list(ordered.values())


def _facts_of(folders: Iterable[Path]) -> dict[str, facts.FactsFile]:
    files = {folder.name: folder.parent / "FACTS.md" for folder in folders}
    read = {path: facts.read(path) for path in set(files.values()) if path.is_file()}
    return {name: read[path] for name, path in files.items() if path in read}


def _around(packs: Sequence[PackFile]) -> Surroundings:
    """What is in the tables and does not come from these packs: what they dropped counts as gone."""
    names, countries = [pack.name for pack in packs], [pack.country for pack in packs if pack.country]
    return Surroundings(
        dict(Topic.objects.exclude(pack__in=names).values_list("id", "country")),
        frozenset(EmergencyNumber.objects.exclude(country__in=countries).values_list("id", flat=True)),
        frozenset(PackLoad.objects.values_list("name", flat=True)),
    )


def _not_here(packs: Sequence[PackFile]) -> list[Problem]:
    """Demo packs stay out of production, and one installation serves one organisation."""
    demos = [pack for pack in packs if pack.is_demo]
    if not settings.IS_DEMO:
        said = "is a demo pack: it is never loaded in production"
        return [Problem(pack.origin.file, pack.origin.line("demo"), said) for pack in demos]
    said = f"load one organisation at a time: {demos[0].name} is another one" if demos else ""
    return [Problem(pack.origin.file, pack.origin.line("demo"), said) for pack in demos[1:]]


def _clashes(pack: PackFile) -> list[Problem]:
    """What somebody else already holds here under the same name."""
    problems: list[Problem] = []
    for model, brought in ((Topic, pack.topics), (Article, pack.articles)):
        held: dict[str, str] = dict(model._default_manager.values_list("pk", "pack"))
        problems += [
            Problem(
                found.origin.file,
                found.origin.line("id"),
                f"{found.id} belongs to {held[found.id] or 'this installation'}",
            )
            for found in brought
            if held.get(found.id, pack.name) != pack.name
        ]
    verified = dict(EmergencyNumber.objects.filter(verifications__isnull=False).values_list("id", "number"))
    problems += [
        Problem(
            number.origin.file,
            number.origin.first,
            f"{number.id} was verified with other digits: give the new number a new id",
        )
        for number in pack.numbers
        if verified.get(number.id, number.number) != number.number
    ]
    if pack.organisation and Organisation.objects.filter(is_demo=False).exists():
        problems.append(Problem(pack.origin.file, 0, "this installation has an organisation of its own"))
    return problems
