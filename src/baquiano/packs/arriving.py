"""What a pack brings, into the tables: compare first, write only what differs. Inside the caller's transaction."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import Membership, Organisation, User
from baquiano.conversations.models import Wording
from baquiano.knowledge.models import Article, ArticleVersion, Example, Source, Topic, Translation
from baquiano.packs import offers
from baquiano.packs.contents import (
    ArticleFile,
    CrisisFile,
    MemberFile,
    NumberFile,
    OrganisationFile,
    PackFile,
    RulesFile,
    SourceFile,
    TranslationFile,
    WordingFile,
)
from baquiano.packs.held import aside_of
from baquiano.packs.models import PackLoad
from baquiano.packs.tally import LoadReport
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules
from baquiano.territory import loading

Row = TypeVar("Row", bound=models.Model)


def bring_divisions(pack: PackFile, report: LoadReport) -> None:
    """Of all packs before anything else: services say in which division they are, whichever pack brings that."""
    if pack.divisions:
        report.added["divisions"] += loading.add(pack.divisions)


def bring(pack: PackFile, report: LoadReport) -> None:
    _topics(pack, report)
    _articles(pack, report)
    _examples(pack, report)
    _translations(pack, report)
    _rules(pack.rules, report)
    _numbers(pack.numbers, report)
    _crisis(pack, report)
    _wordings(pack, report)
    if pack.organisation:
        _organisation(pack.organisation, report)
    _members(pack.members, report)
    offers.bring(pack, report)
    _remember(pack, report)


def _remember(pack: PackFile, report: LoadReport) -> None:
    row = PackLoad.objects.filter(name=pack.name).first() or PackLoad(name=pack.name)
    if row.digest == pack.digest:
        return
    row.version, row.digest, row.loaded_at = pack.version, pack.digest, timezone.now()
    row.aside = aside_of(pack)
    row.save()
    report.has_new_files = True
    audit(None, "pack.loaded", row)


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
    in_order = () if pack.is_own else pack.order  # an organisation's own stand after those of the packs
    positions = {topic: 10 * place for place, topic in enumerate(in_order, start=1)}
    wanted = {
        topic.id: {
            "id": topic.id,
            "country": topic.country,
            "branch": topic.branch,
            "is_sensitive": topic.is_sensitive,
            "titles": dict(topic.titles),
            "labels": dict(topic.labels),
            "words": {language: list(words) for language, words in topic.words.items()},
            "position": positions.get(topic.id, 1000),
            "pack": pack.name,
        }
        for topic in pack.topics
    }
    _settle(Topic, Topic.objects.in_bulk(), wanted, "topics", report)


def _examples(pack: PackFile, report: LoadReport) -> None:
    """Examples have no name of their own: the ones that differ go, the ones that are missing come."""
    rows = Example.objects.filter(pack=pack.name).order_by("id")
    held = {(e.topic_id, e.article_id, e.language, e.text): e for e in rows}
    of_topics = [(topic.id, None, example) for topic in pack.topics for example in topic.examples]
    of_articles = [
        (article.topic, article.id, e) for article in pack.articles if article.topic for e in article.examples
    ]
    wanted = {
        (topic, article, example.language, example.text): {
            "topic_id": topic,
            "article_id": article,
            "language": example.language,
            "text": example.text,
            "pack": pack.name,
        }
        for topic, article, example in (*of_topics, *of_articles)
    }
    gone = [row.pk for key, row in held.items() if key not in wanted]
    _settle(Example, held, wanted, "examples", report)
    Example.objects.filter(pk__in=gone).delete()
    report.removed["examples"] += len(gone)


def _articles(pack: PackFile, report: LoadReport) -> None:
    wanted = {
        article.id: {
            "id": article.id,
            "topic_id": article.topic or None,
            "country": article.country,
            "is_life_saving": article.is_life_saving,
            "territory": article.territory,
            "populations": list(article.populations),
            "stages": list(article.stages),
            "sdg": list(article.sdg),
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
            says=source.says,
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
        figures_until=article.good_until,
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
        "figures_until": str(article.good_until),
        "next_topics": article.next_topics,
        "sources": [_told_of(source) for source in article.sources],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _told_of(source: SourceFile) -> list[str]:
    """One that says nothing of its own counts as it did before sources could."""
    told = [source.title, source.url, str(source.dated_on), source.confidence]
    return [*told, source.says] if source.says else told


def _translations(pack: PackFile, report: LoadReport) -> None:
    """Proposals too, each of the version whose words it translates. The same words again are not a new one."""
    digests = {article.id: _digest(article) for article in pack.articles}
    rows = ArticleVersion.objects.filter(origin=pack.name, article__in=digests, withdrawn_at=None).order_by("number")
    versions = {row.article_id: row.pk for row in rows if row.digest == digests[row.article_id]}
    last: dict[tuple[int, str], tuple[int, str]] = {}
    held = Translation.objects.filter(version__in=versions.values()).order_by("number")
    for version, language, number, digest in held.values_list("version_id", "language", "number", "digest"):
        last[version, language] = (number, digest)
    fresh = []
    # Words that somebody here took back are in no version any more: no translation of them is proposed.
    for file in (file for file in pack.translations if file.article in versions):
        version = versions[file.article]
        number, proposed = last.get((version, file.language), (0, ""))
        if proposed != (digest := _digest_of_translation(file)):
            fresh.append(_translation(file, pack.name, version, number + 1, digest))
    Translation.objects.bulk_create(fresh, batch_size=200)
    report.added["translations"] += len(fresh)


def _translation(file: TranslationFile, pack: str, version: int, number: int, digest: str) -> Translation:
    return Translation(
        version_id=version,
        language=file.language,
        number=number,
        title=file.title,
        first_sentence=file.first_sentence,
        short_answer=file.short_answer,
        origin=pack,
        digest=digest,
    )


def _digest_of_translation(file: TranslationFile) -> str:
    told = "\0".join((file.language, file.title, file.first_sentence, file.short_answer))
    return hashlib.sha256(told.encode()).hexdigest()


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
            "territory": number.territory,
        }
        for number in numbers
    }
    _settle(EmergencyNumber, EmergencyNumber.objects.in_bulk(), wanted, "numbers", report)


def _crisis(pack: PackFile, report: LoadReport) -> None:
    held = {(row.kind, row.language, row.country): row for row in CrisisText.objects.all()}
    wanted = {
        key: _crisis_fields(text, pack.name) for text in pack.crisis if _is_ours(held, key := crisis_key(text), pack)
    }
    _settle(CrisisText, held, wanted, "danger texts", report)


def crisis_key(text: CrisisFile) -> tuple[str, str, str]:
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
        if _is_ours(held, key := wording_key(text), pack)
    }
    _settle(Wording, held, wanted, "sentences", report)


def wording_key(text: WordingFile) -> tuple[str, str, str]:
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
