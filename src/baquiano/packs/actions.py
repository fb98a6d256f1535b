"""Checking packs and loading them into the tables: all of a call or nothing, and a second time nothing at all.

What this installation did itself is never overwritten: a version that was published, verified, withdrawn or quoted stays as it is,
rows that carry another pack's name (or none) are left alone, and a changed article comes in as a new version beside the old one.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import Membership, Organisation, User
from baquiano.conversations.models import Wording
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import Article, ArticleVersion, Example, Source, Topic
from baquiano.lib.turnstile import writing
from baquiano.packs import checking, facts, reading
from baquiano.packs.checking import Surroundings, surroundings_of
from baquiano.packs.contents import (
    ArticleFile,
    CrisisFile,
    MemberFile,
    NumberFile,
    OrganisationFile,
    PackFile,
    RulesFile,
    WordingFile,
)
from baquiano.packs.models import PackLoad
from baquiano.packs.strict import Problem
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules
from baquiano.territory import loading

Progress = Callable[[str], None]
Row = TypeVar("Row", bound=models.Model)


class CannotLoad(Exception):
    """Nothing was loaded. Every problem names its file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass
class LoadReport:
    """What a call changed: "articles" → how many were added, changed, removed, or kept although the pack no longer has them."""

    packs: tuple[str, ...]
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    has_new_files: bool = False

    @property
    def is_new(self) -> bool:
        return self.has_new_files or bool(+self.added + self.changed + self.removed)

    def lines(self) -> list[str]:
        """For the terminal: one line per kind of thing."""
        counts = {
            "added": +self.added,
            "changed": +self.changed,
            "removed": +self.removed,
            "kept in use": +self.kept,
        }
        kinds = dict.fromkeys(kind for count in counts.values() for kind in count)
        return [
            f"{kind}: " + ", ".join(f"{count[kind]} {word}" for word, count in counts.items() if count[kind])
            for kind in kinds
        ]


def _silent(line: str) -> None:
    """Nobody is watching."""


def check(paths: Iterable[Path], *, progress: Progress = _silent) -> list[Problem]:
    """Everything to mend in these packs. What they require is read beside them, and not complained about."""
    folders = [Path(path).resolve() for path in paths]
    packs, problems = _read(folders, progress)
    wanted = {pack.name for pack in packs}
    beside = {
        folder.parent / name
        for pack, folder in zip(packs, folders, strict=False)
        for name in pack.requires
        if name not in wanted
    }
    required = [found.pack for folder in sorted(beside) if (found := reading.read(folder)).pack]
    return sorted({*problems, *checking.check(packs, surroundings_of(required), _facts_of(folders))})


def load(paths: Iterable[Path], *, progress: Progress = _silent) -> LoadReport:
    """Raises `CannotLoad` with every problem, having changed nothing. Files are read and compared before the transaction begins."""
    folders = [Path(path).resolve() for path in paths]
    packs, problems = _read(folders, progress)
    problems += checking.check(packs, _around(), _facts_of(folders))
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
            progress(f"{pack.name}: loading")
            _load(pack, report)
        for pack in reversed(in_order):
            _remove(pack, report)
        if report.is_new:
            shelf_changed()
    for line in report.lines():
        progress(line)
    return report


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
                f"{len(found.pack.crisis)} danger texts, {len(found.pack.numbers)} numbers, {len(found.pack.wordings)} sentences"
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


def _around() -> Surroundings:
    return Surroundings(
        dict(Topic.objects.values_list("id", "country")),
        frozenset(EmergencyNumber.objects.values_list("id", flat=True)),
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


def _load(pack: PackFile, report: LoadReport) -> None:
    if pack.divisions:
        report.added["divisions"] += loading.add(pack.divisions)
    _topics(pack, report)
    _articles(pack, report)
    _rules(pack.rules, report)
    _numbers(pack.numbers, report)
    _crisis(pack, report)
    _wordings(pack, report)
    if pack.organisation:
        _organisation(pack.organisation, report)
    _members(pack.members, report)
    _remember(pack, report)


def _remember(pack: PackFile, report: LoadReport) -> None:
    row = PackLoad.objects.filter(name=pack.name).first() or PackLoad(name=pack.name)
    if row.digest == pack.digest:
        return
    row.version, row.digest, row.loaded_at = pack.version, pack.digest, timezone.now()
    row.save()
    report.has_new_files = True
    audit(None, "pack.loaded", row)


# Upserts: compare first, write only what differs --------------------------------------------------------------------


def _settle(
    model: type[Row], held: Mapping[Any, Row], wanted: Mapping[Any, Mapping[str, Any]], kind: str, report: LoadReport
) -> None:
    """`held`: the rows there are, by key. `wanted`: key → every field of the row as it should be."""
    fresh, stale = [], []
    names: set[str] = set()
    for key, fields in wanted.items():
        row = held.get(key)
        if row is None:
            fresh.append(model(**fields))
            continue
        differing = [name for name, value in fields.items() if getattr(row, name) != value]
        for name in differing:
            setattr(row, name, fields[name])
        if differing:
            names.update(differing)
            stale.append(row)
    model._default_manager.bulk_create(fresh, batch_size=500)
    if stale:
        model._default_manager.bulk_update(stale, sorted(names), batch_size=100)
    report.added[kind] += len(fresh)
    report.changed[kind] += len(stale)


def _topics(pack: PackFile, report: LoadReport) -> None:
    positions = {topic: 10 * place for place, topic in enumerate(pack.order, start=1)}
    wanted = {
        topic.id: {
            "id": topic.id,
            "country": topic.country,
            "branch": topic.branch,
            "titles": dict(topic.titles),
            "labels": dict(topic.labels),
            "words": {language: list(words) for language, words in topic.words.items()},
            "position": positions.get(topic.id, 1000),
            "pack": pack.name,
        }
        for topic in pack.topics
    }
    _settle(Topic, Topic.objects.in_bulk(), wanted, "topics", report)
    _examples(pack, report)


def _examples(pack: PackFile, report: LoadReport) -> None:
    """Examples have no name of their own: the ones that differ go, the ones that are missing come."""
    held = {(e.topic_id, e.language, e.text): e for e in Example.objects.filter(pack=pack.name).order_by("id")}
    wanted = {
        (topic.id, example.language, example.text): {
            "topic_id": topic.id,
            "language": example.language,
            "text": example.text,
            "pack": pack.name,
        }
        for topic in pack.topics
        for example in topic.examples
    }
    gone = [row.pk for key, row in held.items() if key not in wanted]
    _settle(Example, held, wanted, "examples", report)
    Example.objects.filter(pk__in=gone).delete()
    report.removed["examples"] += len(gone)


def _articles(pack: PackFile, report: LoadReport) -> None:
    wanted = {
        article.id: {
            "id": article.id,
            "topic_id": article.topic,
            "country": article.country,
            "is_life_saving": article.is_life_saving,
            "pack": pack.name,
        }
        for article in pack.articles
    }
    _settle(Article, Article.objects.in_bulk(), wanted, "articles", report)
    last, proposed = _versions(pack)
    fresh = []
    for article in pack.articles:
        if proposed.get(article.id) == (digest := _digest(article)):
            continue
        fresh.append((_version(article, pack.name, last.get(article.id, 0) + 1, digest), article))
    versions = ArticleVersion.objects.bulk_create([version for version, _ in fresh])
    Source.objects.bulk_create(
        Source(
            version=version,
            position=position,
            title=source.title,
            url=source.url,
            dated_on=source.dated_on,
            confidence=source.confidence,
        )
        for version, (_, article) in zip(versions, fresh, strict=True)
        for position, source in enumerate(article.sources, start=1)
    )
    report.added["versions"] += len(fresh)


def _versions(pack: PackFile) -> tuple[dict[str, int], dict[str, str]]:
    """The last number of each article, and the digest of what this pack proposed last. One it took back itself does not count."""
    last: dict[str, int] = {}
    proposed: dict[str, str] = {}
    rows = ArticleVersion.objects.order_by("number").values_list(
        "article_id", "number", "origin", "digest", "withdrawn_at", "withdrawn_by_id"
    )
    for article, number, origin, digest, withdrawn_at, withdrawn_by in rows:
        last[article] = number
        if origin == pack.name:
            taken_back = withdrawn_at is not None and withdrawn_by is None
            proposed[article] = "" if taken_back else digest
    return last, proposed


def _version(article: ArticleFile, pack: str, number: int, digest: str) -> ArticleVersion:
    """A proposal: nobody wrote it here, nobody reviewed it, nobody verified it."""
    return ArticleVersion(
        article_id=article.id,
        number=number,
        language="es",
        title=article.title,
        first_sentence=article.first_sentence,
        short_answer=article.short_answer,
        sections=_sections(article),
        caution=article.caution,
        confidence=article.confidence,
        known_on=article.known_on,
        window_closes_on=article.window_closes_on,
        next_topics=list(article.next_topics),
        origin=pack,
        digest=digest,
    )


def _sections(article: ArticleFile) -> dict[str, list[str]]:
    return {key: list(lines) for key, lines in article.sections.items()}


def _digest(article: ArticleFile) -> str:
    """Of everything a person may be told. A comment or another order of keys in the file is not a new version."""
    told = {
        "title": article.title,
        "first_sentence": article.first_sentence,
        "short_answer": article.short_answer,
        "sections": _sections(article),
        "caution": article.caution,
        "confidence": article.confidence,
        "known_on": str(article.known_on),
        "window_closes_on": str(article.window_closes_on),
        "next_topics": article.next_topics,
        "sources": [[s.title, s.url, str(s.dated_on), s.confidence] for s in article.sources],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _rules(files: Sequence[RulesFile], report: LoadReport) -> None:
    """The last one loaded is in force. The version names its content too: rules that changed under an old name are new."""
    for file in files:
        content = json.dumps(file.rows, sort_keys=True, ensure_ascii=False)
        version = f"{file.version} {hashlib.sha256(content.encode()).hexdigest()[:12]}"
        held = PhraseRules.objects.filter(language=file.language)
        last = held.order_by("loaded_at", "id").last()
        if last and last.version == version:
            continue
        held.filter(version=version).delete()  # an older state comes back: it is now the last one again
        PhraseRules.objects.create(language=file.language, version=version, rows=list(file.rows))
        report.added["phrase rules"] += 1


def _numbers(numbers: Sequence[NumberFile], report: LoadReport) -> None:
    wanted = {
        number.id: {
            "id": number.id,
            "country": number.country,
            "number": number.number,
            "names": dict(number.names),
            "kinds": list(number.kinds),
            "whose": number.whose,
            "is_free": number.is_free,
            "hours": number.hours,
            "source": number.ficha,
            "confidence": number.confidence,
            "known_on": number.known_on,
            "note": number.note,
        }
        for number in numbers
    }
    _settle(EmergencyNumber, EmergencyNumber.objects.in_bulk(), wanted, "numbers", report)


def _crisis(pack: PackFile, report: LoadReport) -> None:
    held = {(row.kind, row.language, row.country): row for row in CrisisText.objects.all()}
    wanted = {
        key: _crisis_fields(text, pack.name) for text in pack.crisis if _is_ours(held, key := _crisis_key(text), pack)
    }
    _settle(CrisisText, held, wanted, "danger texts", report)


def _crisis_key(text: CrisisFile) -> tuple[str, str, str]:
    return text.kind, text.language, text.country


def _crisis_fields(text: CrisisFile, pack: str) -> dict[str, Any]:
    return {
        "kind": text.kind,
        "language": text.language,
        "country": text.country,
        "text": text.text,
        "numbers": list(text.numbers),
        "pack": pack,
    }


def _wordings(pack: PackFile, report: LoadReport) -> None:
    held = {(row.key, row.language, row.country): row for row in Wording.objects.all()}
    wanted = {
        key: {k: v for k, v in asdict(text).items() if k not in ("file", "line")} | {"pack": pack.name}
        for text in pack.wordings
        if _is_ours(held, key := _wording_key(text), pack)
    }
    _settle(Wording, held, wanted, "sentences", report)


def _wording_key(text: WordingFile) -> tuple[str, str, str]:
    return text.key, text.language, text.country


def _is_ours(held: Mapping[Any, CrisisText | Wording], key: Any, pack: PackFile) -> bool:
    """Not there yet, or brought by this pack: what the installation worded itself stays."""
    return key not in held or held[key].pack == pack.name


def _organisation(found: OrganisationFile, report: LoadReport) -> None:
    held = {row.is_demo: row for row in Organisation.objects.all()}
    fields = {**asdict(found), "countries": list(found.countries), "is_demo": True}
    _settle(Organisation, held, {True: fields}, "organisation", report)


def _members(members: Sequence[MemberFile], report: LoadReport) -> None:
    """People who are missing join, without a password: whoever loads the demo gives them one. Nobody is changed."""
    held = set(User.objects.values_list("username", flat=True))
    for member in members:
        if member.username in held:
            continue
        user = User(username=member.username, display_name=member.display_name, is_demo=True)
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, role=member.role)
        report.added["people"] += 1


# What the pack no longer has ----------------------------------------------------------------------------------------


def _remove(pack: PackFile, report: LoadReport) -> None:
    """After everything was loaded, the last pack first: what still refers to a thing is then known."""
    _remove_texts(pack, report)
    _remove_articles(pack, report)
    _remove_topics(pack, report)
    _remove_numbers(pack, report)


def _remove_texts(pack: PackFile, report: LoadReport) -> None:
    wording = {_wording_key(text) for text in pack.wordings}
    crisis = {_crisis_key(text) for text in pack.crisis}
    gone_wording = [
        row.pk for row in Wording.objects.filter(pack=pack.name) if (row.key, row.language, row.country) not in wording
    ]
    gone_crisis = [
        row.pk
        for row in CrisisText.objects.filter(pack=pack.name)
        if (row.kind, row.language, row.country) not in crisis
    ]
    report.removed["sentences"] += Wording.objects.filter(pk__in=gone_wording).delete()[0]
    report.removed["danger texts"] += CrisisText.objects.filter(pk__in=gone_crisis).delete()[0]


def _remove_articles(pack: PackFile, report: LoadReport) -> None:
    """Never one that was published, verified, translated, quoted or rated: its unpublished proposals are taken back instead."""
    kept = {article.id for article in pack.articles}
    for article in Article.objects.filter(pack=pack.name).exclude(pk__in=kept):
        proposals = article.versions.filter(origin=pack.name, published_at=None)
        is_only_ours = article.versions.count() == proposals.count()
        if is_only_ours and _is_deleted(*proposals, article):
            report.removed["articles"] += 1
            continue
        taken_back = proposals.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
        report.changed["versions"] += taken_back
        report.kept["articles"] += 1


def _remove_topics(pack: PackFile, report: LoadReport) -> None:
    kept = {topic.id for topic in pack.topics}
    for topic in Topic.objects.filter(pack=pack.name).exclude(pk__in=kept):
        is_gone = _is_deleted(topic)
        (report.removed if is_gone else report.kept)["topics"] += 1


def _remove_numbers(pack: PackFile, report: LoadReport) -> None:
    """Numbers do not carry the name of their pack: those of its country that it no longer has, if no danger text names them."""
    if not pack.country:
        return
    kept = {number.id for number in pack.numbers}
    named = {number for numbers in CrisisText.objects.values_list("numbers", flat=True) for number in numbers}
    for number in EmergencyNumber.objects.filter(country=pack.country).exclude(pk__in=kept):
        is_gone = number.pk not in named and _is_deleted(number)
        (report.removed if is_gone else report.kept)["numbers"] += 1


def _is_deleted(*rows: models.Model) -> bool:
    """All of them, or none: when anything refers to one, the database keeps it."""
    try:
        with transaction.atomic():
            for row in rows:
                row.delete()
    except models.ProtectedError:
        return False
    return True
