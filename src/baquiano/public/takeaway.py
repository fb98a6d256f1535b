"""An answer to take along: a short link that outlives its versions, and a sheet of paper with a QR that leads back to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from csp.decorators import csp_exempt
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from baquiano.accounts.models import organisation
from baquiano.conversations.pages import AnswerPage, answer_page, other_page
from baquiano.knowledge.short_links import Destination, code_of, destination
from baquiano.public.pages import CACHE, page
from baquiano.public.slip import Whose, is_discreet, slip

View = Callable[..., HttpResponse]
# Browsers put their own viewer around a PDF, and our policy would refuse it. There is nothing of ours to run in it.
shown_by_the_browser = cast("Callable[[View], View]", csp_exempt())


@dataclass(frozen=True)
class TakeAway:
    """`link`: as it is printed, without its scheme. `slip`: the address of the sheet. `is_discreet`: its finder must not guess."""

    link: str
    address: str
    slip: str
    is_discreet: bool


def take_away(answer: AnswerPage, language: str, country: str) -> TakeAway:
    kwargs = {"code": code_of(answer.article, country), "language": language}
    address = settings.ENVIRONMENT.url + reverse("public:short", kwargs=kwargs)
    return TakeAway(address.partition("://")[2], address, reverse("public:slip", kwargs=kwargs), is_discreet(answer))


@require_safe
def short(request: HttpRequest, code: str, language: str = "") -> HttpResponse:
    """To the page as it is today, in the language of the slip or the browser's. What may not be said any more, the page says so."""
    return redirect(_page_of(_found(code), language or get_language_from_request(request)))


@shown_by_the_browser
@page
@require_safe
def sheet(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """The PDF. What may not be said is never printed: its page says where to ask."""
    there = _found(code)
    answer = _answer(there, language)
    if answer is None or answer.article != there.article:
        return redirect(_page_of(there, language))
    taken, us = take_away(answer, language, there.country), organisation()
    printed = slip(answer, Whose(us.name or "Baquiano", us.phone, taken.link, taken.address, language))
    response = HttpResponse(printed, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="info-{code}.pdf"'
    response.headers["Cache-Control"] = CACHE
    return response


def _found(code: str) -> Destination:
    countries = organisation().countries
    there = destination(code, countries)
    if there is None or there.country not in countries:
        raise Http404
    return there


def _answer(there: Destination, language: str) -> AnswerPage | None:
    if not there.topic:
        return other_page(there.article, language=language, country=there.country)
    return answer_page(there.topic, language=language, country=there.country, article=there.article)


def _page_of(there: Destination, language: str) -> str:
    where = {"language": language, "country": there.country, "article": there.article}
    if not there.topic:
        return reverse("public:other", kwargs=where)
    return reverse("public:answer", kwargs={**where, "topic": there.topic})
