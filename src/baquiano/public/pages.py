"""What every page of the site shares: its language, its clock, its compression, and what stands around the content."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import decorator_from_middleware

from baquiano.accounts.models import organisation
from baquiano.conversations.wording import wording
from baquiano.public.degraded import degraded

View = Callable[..., HttpResponse]
CACHE = "private, no-cache"  # going back costs no data and keeps what was being written; the conversation itself is never stored

FORM_OF = {
    "public:places_near": "public:places",
    "public:report_problem": "public:place",
    "public:confirm_link": "public:confirm_link",
    "public:confirm_edit": "public:confirm_edit",
}
"""Where the form is that a page answers."""


@dataclass(frozen=True)
class Place:
    """A country we orient in, as the reader calls it."""

    code: str
    name: str


@dataclass(frozen=True)
class Tongue:
    """A language of the site, by its own name. `url`: this same page in it."""

    code: str
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Around:
    """What stands around the content. `country`: empty while nobody has said which."""

    organisation: str
    phone: str
    language: str
    country: str
    place: str
    places: tuple[Place, ...]
    tongues: tuple[Tongue, ...]
    home: str


class Packing(GZipMiddleware):
    """Without the random bytes that hide the length of a secret: no page of ours has one beside words that somebody else chose."""

    max_random_bytes = 0


packed = cast("Callable[[View], View]", decorator_from_middleware(Packing))


def page(view: View) -> View:
    """A page in the language of its address, at the hour of the organisation, compressed. Pages carry no secret, so compressing tells nothing.

    What only answers a form, opened by its address, is a page of ours too, and not an empty one.
    """

    @packed
    @wraps(view)
    def shown(request: HttpRequest, language: str, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(language), timezone.override(organisation().timezone):
            response = view(request, language, *args, **kwargs)
            if response.status_code == 405:
                response.content = render_to_string("ui/problem.html", {"problem": "missing"}, request)
        response.headers.setdefault("Content-Language", language)
        return response

    return shown


def show(
    request: HttpRequest,
    template: str,
    language: str,
    country: str = "",
    *,
    status: int = 200,
    query: str = "",
    **content: Any,
) -> HttpResponse:
    """The template with its surroundings. `query`: what the same page in another language is asked, with its question mark."""
    around = _around(request, language, country, query)
    page = {**content, "around": around, "language": language, "degraded": degraded()}
    response = render(request, template, page, status=status)
    response.headers["Content-Language"] = language
    response.headers.setdefault("Cache-Control", CACHE)
    return response


def served(country: str) -> str:
    """The country when we orient there; the only one we serve when none is said; otherwise there is no such page."""
    countries = organisation().countries
    if country and country not in countries:
        raise Http404
    return country or (countries[0] if len(countries) == 1 else "")


def said_country(given: str) -> str:
    """What a form or an address says about the country, when we orient there; anything else says nothing."""
    return given.upper() if given.upper() in organisation().countries else served("")


def _around(request: HttpRequest, language: str, country: str, query: str) -> Around:
    us = organisation()
    places = tuple(Place(code, wording(f"pick.country.{code}", language)) for code in us.countries)
    return Around(
        organisation=us.name or "Baquiano",
        phone=us.phone,
        language=language,
        country=country,
        place=next((place.name for place in places if place.code == country), ""),
        places=places,
        tongues=tuple(
            Tongue(code, name, _in_other_words(request, code) + query, code == language)
            for code, name in settings.LANGUAGES
        ),
        home=home_url(language, country),
    )


def home_url(language: str, country: str) -> str:
    return reverse("public:home", kwargs={"language": language} | ({"country": country} if country else {}))


def _in_other_words(request: HttpRequest, language: str) -> str:
    """This page in another language. A page that answers a form has no address of its own: its form stands for it, or the chat."""
    match = request.resolver_match
    if match is None or (request.method != "GET" and match.view_name not in FORM_OF):
        return reverse("public:chat", kwargs={"language": language})
    return reverse(FORM_OF.get(match.view_name, match.view_name), kwargs={**match.kwargs, "language": language})
