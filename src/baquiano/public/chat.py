"""The conversation on our own site: the machine's answer comes with the post, a person's answer is looked for.

Everything works without JavaScript: the choices and the box are one form, so what was being written travels with any tap and comes back;
new answers appear in a small frame of their own, which renews itself and touches nothing that is being written.
"""

from collections.abc import Callable
from typing import cast

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from baquiano.public import talk
from baquiano.public.pages import page, said_country, served, show
from baquiano.public.saying import local_posts_only, pick
from baquiano.public.visitor import OwnPage, drop_token, visitor

LOOKS = (
    (15, 20),
    (30, 60),
)  # the frame without JavaScript: the first 15 looks every 20 s, up to 30 every minute, then by hand
HERE = OwnPage()

View = Callable[..., HttpResponse]
holds_a_frame = cast("Callable[[View], View]", csp_update({"frame-src": [SELF]}))
is_a_frame = cast("Callable[[View], View]", csp_replace({"frame-ancestors": [SELF]}))


@page
@holds_a_frame
@require_safe
def chat(request: HttpRequest, language: str) -> HttpResponse:
    return talk.opened(request, language, HERE)


@csrf_exempt  # no session to abuse: a foreign page is refused by `local_posts_only` and carries no cookie
@page
@holds_a_frame
@local_posts_only
def say(request: HttpRequest, language: str) -> HttpResponse:
    if request.method != "POST":
        return redirect(HERE.address("chat", language))
    return talk.said(request, language, HERE)


@page
@require_safe
def messages(request: HttpRequest, language: str) -> HttpResponse:
    return talk.news(request, language, HERE)


@xframe_options_sameorigin
@page
@is_a_frame
@require_safe
def waiting(request: HttpRequest, language: str) -> HttpResponse:
    """The frame that looks for answers by itself when there is no JavaScript; ever less often, to save data."""
    after, looked = talk.number(request, "after"), talk.number(request, "looked") + 1
    conversation = visitor(request).conversation()
    pause = next((seconds for most, seconds in LOOKS if looked <= most), 0)
    context = {
        "lines": talk.lines_shown(talk.lines_of(conversation, after=after), conversation) if conversation else [],
        "next": f"?after={after}&looked={looked}",
        "again": f"?after={after}",
        "pause": pause,
        "now": timezone.now(),
    }
    return render(request, "public/waiting.html", context)


class PersonForm(forms.Form):
    what = forms.ChoiceField(choices=(("person", "person"), ("danger", "danger")))
    country = forms.CharField(max_length=2, required=False)
    client_id = forms.CharField(max_length=80)


@csrf_exempt  # as above
@page
@local_posts_only
def person(request: HttpRequest, language: str) -> HttpResponse:
    """One tap from any page: "a person", or "I feel in danger"."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return redirect(reverse("public:chat", kwargs={"language": language}))
    given = form.cleaned_data
    who = visitor(request, given["client_id"])
    country, client_id = said_country(given["country"]), given["client_id"]
    return pick(who, given["what"], label=given["what"], language=language, country=country, client_id=client_id)


@csrf_exempt  # as above
@page
@require_POST
@local_posts_only
def forget(request: HttpRequest, language: str) -> HttpResponse:
    talk.forgotten(request, language, HERE)
    response = show(request, "public/forgotten.html", language, served(""))
    drop_token(response)
    return response
