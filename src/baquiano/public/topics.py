"""What we know, as pages: the branches, their topics, and each answer with its date and its source."""

from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from baquiano.conversations import actions
from baquiano.conversations.needs import NEED_OF
from baquiano.conversations.pages import (
    AnswerPage,
    Branch,
    answer_page,
    branches,
    fraud_alerts,
    in_spanish_notice,
    other_page,
    other_pages,
    rumours_answered,
)
from baquiano.engine.menu import MAIN
from baquiano.public.danger import calls
from baquiano.public.pages import page, served, show
from baquiano.public.saying import local_posts_only, pick
from baquiano.public.takeaway import take_away
from baquiano.public.visitor import new_client_id, visitor

NEED_OF_BRANCH = {
    "regularizacion": "regularisation",
    "salud": "health",
    "ninez_educacion": "education",
    "registro_civil": "documents",
    "trabajo_dinero": "work",
    "vivienda_ayuda": "food",
    "derechos": "legal_aid",
    "movilidad": "transport",
}
"""For what places are offered beside a branch; beside protection none are: there a person comes first."""


@dataclass(frozen=True)
class BranchShown:
    """A branch, its topics and where its page is. `id` also names its icon."""

    branch: Branch
    url: str


@page
@require_safe
def topics(request: HttpRequest, language: str, country: str = "") -> HttpResponse:
    country = served(country)
    return show(
        request,
        "public/topics.html",
        language,
        country,
        branches=branches_shown(language, country),
        frauds=fraud_alerts(language, country),
    )


@page
@require_safe
def branch(request: HttpRequest, language: str, branch: str, country: str = "") -> HttpResponse:
    """One branch. While the country is not known, its rules are not either: the page asks first."""
    country = served(country)
    for shown in branches_shown(language, country):
        if shown.branch.id == branch:
            frauds = fraud_alerts(language, country)
            need = NEED_OF_BRANCH.get(branch, "")
            return show(request, "public/branch.html", language, country, shown=shown, frauds=frauds, need=need)
    raise Http404


@page
@require_safe
def answer(request: HttpRequest, language: str, country: str, topic: str, article: str = "") -> HttpResponse:
    country = served(country)
    found = answer_page(topic, language=language, country=country, article=article)
    return _shown(request, language, country, found, topic)


@page
@require_safe
def other(request: HttpRequest, language: str, country: str, article: str) -> HttpResponse:
    """A page that no question leads to, with the same dates and marks as an answer."""
    country = served(country)
    return _shown(request, language, country, other_page(article, language=language, country=country))


@page
@require_safe
def others(request: HttpRequest, language: str, country: str) -> HttpResponse:
    country = served(country)
    return show(request, "public/others.html", language, country, pages=other_pages(language, country))


@page
@require_safe
def rumours(request: HttpRequest, language: str) -> HttpResponse:
    country = served("")
    answered = rumours_answered(language, country)
    notice = in_spanish_notice(language) if answered else ""
    return show(request, "public/rumours.html", language, country, rumours=answered, notice=notice)


def _shown(
    request: HttpRequest, language: str, country: str, found: AnswerPage | None, topic: str = ""
) -> HttpResponse:
    taken = take_away(found, language, country) if found else None
    is_beside_danger = taken is not None and taken.is_discreet
    return show(
        request,
        "public/answer.html" if found else "public/unanswered.html",
        language,
        country,
        status=200 if found else 404,
        answer=found,
        taken=taken,
        frauds=[] if is_beside_danger else fraud_alerts(language, country),
        topic=topic,
        need=NEED_OF.get(topic, ""),
        is_thanked="gracias" in request.GET,
        danger=calls(language, country),
        client_id=new_client_id(),
    )


class RatingForm(forms.Form):
    version = forms.IntegerField(min_value=1)
    article = forms.SlugField(required=False, max_length=70)
    useful = forms.ChoiceField(choices=(("yes", "yes"), ("no", "no")))
    client_id = forms.CharField(max_length=80)


@csrf_exempt  # no session to abuse: a foreign page is refused by `local_posts_only` and carries no cookie
@page
@require_POST
@local_posts_only
def rate(request: HttpRequest, language: str, country: str, topic: str) -> HttpResponse:
    """ "¿Te sirvió?" A yes is thanked on the page; a no opens the chat, where there is something better to offer."""
    country, form = served(country), RatingForm(request.POST)
    back = reverse("public:answer", kwargs={"language": language, "country": country, "topic": topic})
    if not form.is_valid():
        return redirect(back)
    rated = answer_page(topic, language=language, country=country, article=form.cleaned_data["article"])
    if rated is None or rated.version_id != form.cleaned_data["version"]:
        return redirect(back)  # withdrawn or changed meanwhile: there is nothing to rate
    is_useful, version = form.cleaned_data["useful"] == "yes", form.cleaned_data["version"]
    client_id = form.cleaned_data["client_id"]
    who = visitor(request, client_id)
    conversation = who.conversation()
    if is_useful and conversation:
        actions.rate(conversation, version, is_useful)
        return redirect(f"{back}?gracias#gracias")
    said = f"useful:{version}" if is_useful else f"useless:{version}"
    label = "useful_yes" if is_useful else "useful_no"
    return pick(who, said, label=label, language=language, country=country, client_id=client_id)


def branches_shown(language: str, country: str) -> list[BranchShown]:
    """The branches most people ask for first, as in the menu of the chat."""
    there = {"country": country} if country else {}
    found = sorted(branches(language, country), key=lambda b: MAIN.index(b.id) if b.id in MAIN else len(MAIN))
    return [
        BranchShown(b, reverse("public:branch", kwargs={"language": language, "branch": b.id, **there})) for b in found
    ]
