"""What a pack no longer has, out of the tables, unless somebody still refers to it. Inside the caller's transaction."""

from django.db import models, transaction
from django.utils import timezone

from baquiano.conversations.models import Wording
from baquiano.knowledge.models import Article, Example, Topic, Translation
from baquiano.packs.arriving import crisis_key, wording_key
from baquiano.packs.contents import PackFile
from baquiano.packs.tally import LoadReport
from baquiano.safety.models import CrisisText, EmergencyNumber


def take_away(pack: PackFile, report: LoadReport) -> None:
    """After everything was loaded, the last pack first: what still refers to a thing is then known."""
    _remove_texts(pack, report)
    _remove_articles(pack, report)
    _remove_topics(pack, report)
    _remove_numbers(pack, report)


def _remove_texts(pack: PackFile, report: LoadReport) -> None:
    wording = {wording_key(text) for text in pack.wordings}
    crisis = {crisis_key(text) for text in pack.crisis}
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
    """Never one that was published, verified, translated here, asked in words added here, quoted or rated.

    Its unpublished proposals are taken back instead.
    """
    kept = {article.id for article in pack.articles}
    for article in Article.objects.filter(pack=pack.name).exclude(pk__in=kept):
        proposals = article.versions.filter(origin=pack.name, published_at=None)
        has_our_questions = Example.objects.filter(article=article, pack="").exists()
        is_only_ours = article.versions.count() == proposals.count() and not has_our_questions
        translated = Translation.objects.filter(version__in=proposals, origin=pack.name, published_at=None)
        if is_only_ours and _is_deleted(*translated, *proposals, article):
            report.removed["articles"] += 1
            continue
        taken_back = proposals.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
        report.changed["versions"] += taken_back
        report.kept["articles"] += 1


def _remove_topics(pack: PackFile, report: LoadReport) -> None:
    kept = {topic.id for topic in pack.topics}
    for topic in Topic.objects.filter(pack=pack.name).exclude(pk__in=kept):
        is_gone = not Example.objects.filter(topic=topic, pack="").exists() and _is_deleted(topic)
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
