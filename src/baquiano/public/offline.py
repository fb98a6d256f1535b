"""To take along where there is no line: a municipality as one file or on paper, and one place on a sheet."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from baquiano.public import divisions
from baquiano.public.carried import as_html, copy_of, stamp
from baquiano.public.pages import CACHE, page, served
from baquiano.public.paper import as_paper, place_on_paper
from baquiano.public.places import shown_of
from baquiano.public.takeaway import shown_by_the_browser
from baquiano.territory.models import Division


@shown_by_the_browser
@page
@require_safe
def file(request: HttpRequest, language: str, country: str, place: str) -> HttpResponse:
    """To keep on the telephone and pass on: it carries its own style, so it is only handed out as a file."""
    there, now = _there(country, place), timezone.now()
    return _handed(as_html(copy_of(there, language, now)), "text/html; charset=utf-8", f"info-{place.lower()}.html")


@shown_by_the_browser
@page
@require_safe
def paper(request: HttpRequest, language: str, country: str, place: str) -> HttpResponse:
    there, now = _there(country, place), timezone.now()
    return _handed(as_paper(copy_of(there, language, now)), "application/pdf", f"info-{place.lower()}.pdf")


@shown_by_the_browser
@page
@require_safe
def sheet(request: HttpRequest, language: str, service: UUID, at: UUID | None = None) -> HttpResponse:
    """One place. What may not be shown is never printed: its page says where to ask."""
    shown = shown_of(language, service, at)
    if shown is None:
        return redirect("public:place", language=language, service=service)
    printed = place_on_paper(shown.card, stamp(shown.url, language, timezone.now()))
    response = HttpResponse(printed, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="info-{service.hex[:6]}.pdf"'
    response.headers["Cache-Control"] = CACHE
    return response


def _there(country: str, code: str) -> Division:
    there = divisions.of_code(code.upper())
    if there is None or there.country_id != served(country):
        raise Http404
    return there


def _handed(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = CACHE
    return response
