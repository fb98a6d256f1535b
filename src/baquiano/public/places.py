"""Places with help: looked for by need and place, as a list first and a map second; one page for each; and what is wrong with it.

Only what anybody may know is ever asked of the directory here (`Reach.ANYONE`). A place that is hidden, one that is gone and one that never
was are the same page. Nothing that is looked for is logged or stored.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from baquiano.accounts.models import organisation
from baquiano.directory import card as cards_of
from baquiano.directory import duplicates, near, words
from baquiano.directory.card import Card
from baquiano.directory.hours import Now, State
from baquiano.directory.models import Problem, Reach, Service, ServiceAtLocation
from baquiano.public import divisions, reporters
from baquiano.public.danger import calls
from baquiano.public.divisions import Named
from baquiano.public.looking import A_PERSON_FIRST, FILTERS, MOST, Look, LookForm
from baquiano.public.pages import page, served, show
from baquiano.public.place_map import Here, drawn
from baquiano.public.place_shown import Shown, may_be_shown
from baquiano.public.reporters import TooMany
from baquiano.public.saying import local_posts_only
from baquiano.public.visitor import new_client_id, visitor
from baquiano.territory import finding
from baquiano.territory.models import Division

ON_A_PAGE = 10
MOST_CHOICES = 8
UNASKED = Now(State.UNKNOWN, None, "")
MAY_BE_ASKED_WHERE = "camera=(), microphone=(), geolocation=(self), payment=(), usb=(), interest-cohort=()"

View = Callable[..., HttpResponse]


def asks_where(view: View) -> View:
    """Only on these pages may a browser be asked where somebody is, and only our own script asks it, when its button is pressed."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Permissions-Policy"] = MAY_BE_ASKED_WHERE
        return response

    return shown


# Looking -----------------------------------------------------------------------------------------------------------------


@asks_where
@page
@require_safe
def places(request: HttpRequest, language: str, country: str = "") -> HttpResponse:
    """By its address, in which a point would stand for everybody to read: it is not looked at."""
    return _looked(request, language, served(country), replace(LookForm(request.GET).look(), point=None))


@csrf_exempt  # no session to abuse, and nothing changes: a foreign page is refused by `local_posts_only`
@asks_where
@page
@require_http_methods(["GET", "HEAD", "POST"])
@local_posts_only
def near_here(request: HttpRequest, language: str, country: str = "") -> HttpResponse:
    """The form. What was typed becomes the code of a municipality before it stands in an address; a point stands in none."""
    country, form = served(country), LookForm(request.POST)
    look = form.look()
    if not look.point and not form.typed:
        return redirect(_address(language, country) + look.query(place=""))
    if form.typed:
        return _typed(request, language, country, look, form.typed)
    return _looked(request, language, country, look)


def _typed(request: HttpRequest, language: str, country: str, look: Look, typed: str) -> HttpResponse:
    before = divisions.of_code(look.place)
    if before and before.name == typed:
        return redirect(_address(language, country) + look.query())
    found = finding.find(typed, country)
    elsewhere = finding.find(typed).exact if country and not found.exact else ()
    choices = divisions.named([*found.exact, *elsewhere] or found.close)[:MOST_CHOICES]
    if len(choices) == 1 and found.exact:
        return redirect(_address(language, country or choices[0].country) + look.query(place=choices[0].pcode))
    return _looked(request, language, country, replace(look, place="", point=None, first=0), typed, choices)


@dataclass(frozen=True)
class Way:
    """The same question in one municipality or department."""

    named: Named
    query: str


@dataclass(frozen=True)
class Results:
    """What was found, and where its next ones are: an address, or after a shared point a number for the form."""

    pins: list[Shown]
    total: int
    next: str
    next_first: int


def _looked(
    request: HttpRequest,
    language: str,
    country: str,
    look: Look,
    typed: str = "",
    choices: list[Named] | None = None,
) -> HttpResponse:
    place = divisions.of_code(look.place)
    country = place.country_id if place else country
    now = timezone.now()
    is_for_a_person = look.need in A_PERSON_FIRST
    is_asked = look.is_anything and choices is None and not is_for_a_person
    results = _results(look, place, language, country, now) if is_asked else None
    here, closest = _here(look, place), _closest(look)
    return show(
        request,
        "public/places.html",
        language,
        country,
        look=look,
        place=place,
        typed=typed or (place.name if place else ""),
        choices=_ways(choices, look) if choices is not None else None,
        results=results,
        map=drawn(results.pins, here) if results else {},
        near_name=closest.name if closest else "",
        query=look.query(place=closest.pcode, first=0) if closest else look.query(),
        needs=[(code, label) for code, label in words.NEEDS.items()],
        tongues=list(words.LANGUAGES.items()),
        filters=[(name, label, name in look.filters) for name, label in FILTERS.items()],
        wider=look.wider.query(),
        departments=_ways(divisions.departments(country), look) if country else [],
        municipalities=_ways(divisions.municipalities(place), look) if place and place.level == 1 else [],
        is_for_a_person=is_for_a_person,
        danger=calls(language, country),
        client_id=new_client_id(),
    )


def _ways(named: list[Named], look: Look) -> list[Way]:
    return [Way(one, look.query(place=one.pcode, first=0)) for one in named]


def _results(look: Look, place: Division | None, language: str, country: str, now: datetime) -> Results:
    wanted, first = look.wanted(place, country, now), look.first
    found = near.find(wanted, reach=Reach.ANYONE, now=now, first=first, count=ON_A_PAGE)
    if not found.hits and found.total:  # past the end, by an old address: its last ones
        first = (found.total - 1) // ON_A_PAGE * ON_A_PAGE
        found = near.find(wanted, reach=Reach.ANYONE, now=now, first=first, count=ON_A_PAGE)
    shown = cards_of.cards(found.hits, reach=Reach.ANYONE, language=language, now=now)
    after = first + ON_A_PAGE
    more = after if after < found.total and after <= MOST else 0
    return Results(
        [Shown(card, language, first + number) for number, card in enumerate(shown, 1)],
        found.total,
        look.query(first=more) if more and look.point is None else "",
        more,
    )


def _here(look: Look, place: Division | None) -> Here | None:
    if look.point:
        return Here(look.point.lat, look.point.lon, is_somebody=True)
    middle = finding.middle(place.pk) if place else None
    return Here(*middle, is_somebody=False) if middle else None


def _closest(look: Look) -> Named | None:
    """The municipality somebody is in or near, when they shared where they are."""
    pk = finding.nearest(look.point.lat, look.point.lon) if look.point else None
    return next(iter(divisions.named([pk])), None) if pk else None


def _address(language: str, country: str) -> str:
    return reverse("public:places", kwargs={"language": language} | ({"country": country} if country else {}))


# One service -------------------------------------------------------------------------------------------------------------


@page
@require_safe
def place(request: HttpRequest, language: str, service: UUID, at: UUID | None = None) -> HttpResponse:
    shown = shown_of(language, service, at)
    if shown is None:
        return _gone(request, language, service)
    others = cards_of.places_of(service, reach=Reach.ANYONE)
    if at is None and len(others) == 1:
        shown = shown_of(language, service, others[0]) or shown
    country = _country_of(shown.card)
    return show(
        request,
        "public/place.html",
        language,
        country,
        shown=shown,
        card=shown.card,
        week=shown.week(timezone.localdate(timezone.now(), ZoneInfo(shown.card.zone))),
        elsewhere=_elsewhere(language, service, others),
        look=Look(need=next(iter(shown.card.needs), ""), place=_municipality_of(shown.card)),
        reasons=Problem.Reason.choices,
        is_thanked="gracias" in request.GET,
        map=drawn([shown], None),
        danger=calls(language, country),
        client_id=new_client_id(),
    )


def _elsewhere(language: str, service: UUID, others: list[UUID]) -> list[Shown]:
    """All its places when there are several: only where they are is shown of them."""
    if len(others) < 2:
        return []
    hits = [near.Hit(service, other, None, UNASKED) for other in others[:MOST_CHOICES]]
    found = cards_of.cards(hits, reach=Reach.ANYONE, language=language, now=timezone.now())
    return [Shown(card, language) for card in found]


def shown_of(language: str, service: UUID, at: UUID | None) -> Shown | None:
    """None for what is hidden, withdrawn, too old to be believed, or was never written: whoever asks cannot tell which."""
    card = cards_of.card(service, at, reach=Reach.ANYONE, language=language, now=timezone.now())
    return Shown(card, language) if card and may_be_shown(card) else None


def _country_of(card: Card) -> str:
    """Where it is, when we orient there: its numbers to call are those of that country."""
    there = ServiceAtLocation.objects.within(Reach.ANYONE).filter(pk__in=[card.at] if card.at else [])
    countries = there.values_list("location__country", flat=True)
    areas = Service.objects.within(Reach.ANYONE).filter(pk=card.service).values_list("areas", flat=True)
    code = next(iter(countries), "") or next((area[:2] for some in areas for area in some), "")
    return code if code in organisation().countries else served("")


def _municipality_of(card: Card) -> str:
    """Its p-code, so that what else there is for the same need is looked for near it; empty for a line."""
    there = ServiceAtLocation.objects.within(Reach.ANYONE).filter(pk__in=[card.at] if card.at else [])
    return next(iter(there.values_list("location__division__pcode", flat=True)), None) or ""


def _gone(request: HttpRequest, language: str, service: UUID) -> HttpResponse:
    """Merged into another: there. Anything else: one and the same page."""
    current = duplicates.current("service", service)
    if current != service and shown_of(language, current, None):
        return redirect("public:place", language=language, service=current)
    country = served("")
    return show(
        request,
        "public/place_gone.html",
        language,
        country,
        status=404,
        danger=calls(language, country),
        client_id=new_client_id(),
    )


class ProblemForm(forms.Form):
    reason = forms.ChoiceField(choices=Problem.Reason.choices)
    at = forms.UUIDField(required=False)
    client_id = forms.CharField(max_length=80)


@csrf_exempt  # no session to abuse: a foreign page is refused by `local_posts_only` and carries no cookie
@page
@require_http_methods(["GET", "HEAD", "POST"])
@local_posts_only
def report_problem(request: HttpRequest, language: str, service: UUID) -> HttpResponse:
    """One tap. Who reports is only told apart from the next one (reporters.py). Opened without a form, by its address: back to the place."""
    form = ProblemForm(request.POST)
    at = form.cleaned_data.get("at") if form.is_valid() else None
    shown = shown_of(language, service, at)
    if shown is None:
        return _gone(request, language, service)
    back = reverse("public:place", kwargs={"language": language, "service": service} | ({"at": at} if at else {}))
    if not form.is_valid():
        return redirect(back)
    who = visitor(request, form.cleaned_data["client_id"])
    reason = form.cleaned_data["reason"]
    try:
        reporters.report(service, reason, who=who, line=reporters.line_of(request), at=at)
    except TooMany:
        return _not_now(request, language, shown, reason)
    response = redirect(f"{back}?gracias#gracias")
    who.keep_token(response)
    return response


def _not_now(request: HttpRequest, language: str, shown: Shown, reason: str) -> HttpResponse:
    """What was to be said stays in the page, for later."""
    country = _country_of(shown.card)
    response = show(
        request,
        "public/place_not_now.html",
        language,
        country,
        status=429,
        shown=shown,
        card=shown.card,
        reason=reason,
        danger=calls(language, country),
        client_id=new_client_id(),
    )
    response.headers["Retry-After"] = str(int(reporters.AN_HOUR.total_seconds()))
    return response
