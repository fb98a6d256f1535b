"""What falls due, what waits and how current everything is: where an editor's day begins."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.knowledge import standing
from baquiano.knowledge.models import Article, ArticleVersion, Draft, Translation
from baquiano.knowledge.standing import State
from baquiano.safety import book

LANGUAGES = ("en", "pt", "fr", "ht")


def desk(request: StaffRequest) -> HttpResponse:
    today = timezone.localdate()
    standings = standing.in_force(today)
    conflicts = standing.conflicts(standings)
    drafts = Draft.objects.filter(author=request.user).select_related("article").order_by("-saved_at")
    begun = Article.objects.filter(versions=None).exclude(pk__in=drafts.values("article"))
    page = {
        "due": standing.due(standings, today),
        "unchecked": [one.version for one in standings if one.checked is None],
        "expired": [one for one in standings if one.state == State.EXPIRED],
        "drafts": drafts,
        "begun": begun.select_related("topic").order_by("pk"),
        "waiting": ArticleVersion.objects.waiting().select_related("article", "written_by").order_by("submitted_at"),
        "scheduled": ArticleVersion.objects.scheduled().select_related("article").order_by("publish_on"),
        "proposed": ArticleVersion.objects.proposed().count(),
        "translations_waiting": Translation.objects.waiting().count(),
        "unsigned": len(book.unsigned(organisation().countries)),
        "conflicts": conflicts,
        "disagreeing": standing.disagreeing(standings, conflicts),
        "published": len(standings),
        "in_date": sum(one.is_in_date for one in standings),
    }
    return render(request, "workspace/editorial/desk.html", page)


def board(request: StaffRequest) -> HttpResponse:
    """Published texts in date ÷ published texts, by country and branch."""
    standings = standing.in_force(timezone.localdate())
    rows = standing.board(standings)
    published, in_date = sum(row.published for row in rows), sum(row.in_date for row in rows)
    page = {"rows": rows, "total": standing.BoardRow("", "", published, in_date)}
    return render(request, "workspace/editorial/board.html", page)
