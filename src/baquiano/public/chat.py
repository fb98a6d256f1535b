"""The conversation on the web: the machine's answer comes with the post, a person's answer is looked for.

Everything works without JavaScript: the choices and the box are one form, so what was being written travels with any tap and comes back;
new answers appear in a small frame of their own, which renews itself and touches nothing that is being written.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from baquiano.conversations import actions
from baquiano.conversations.models import Conversation
from baquiano.conversations.thread import Line, thread
from baquiano.conversations.wording import wording
from baquiano.public.danger import Call, calls
from baquiano.public.pages import page, said_country, served, show
from baquiano.public.saying import SayForm, local_posts_only, pick, says, standing
from baquiano.public.visitor import drop_token, new_client_id, visitor

LOOKS = (
    (15, 20),
    (30, 60),
)  # the frame without JavaScript: the first 15 looks every 20 s, up to 30 every minute, then by hand
FRAGMENT = "X-Fragment"  # our own script asks for the new lines alone

View = Callable[..., HttpResponse]
holds_a_frame = cast("Callable[[View], View]", csp_update({"frame-src": [SELF]}))
is_a_frame = cast("Callable[[View], View]", csp_replace({"frame-ancestors": [SELF]}))


@dataclass(frozen=True)
class LineShown:
    """A line and what the page makes of it. `is_open`: its choices can still be tapped. `calls`: numbers named in a danger text."""

    line: Line
    is_open: bool
    is_danger: bool
    calls: tuple[Call, ...]


@page
@holds_a_frame
@require_safe
def chat(request: HttpRequest, language: str) -> HttpResponse:
    conversation = visitor(request).conversation()
    if conversation and _tongue(conversation) != language:
        return redirect(_address(conversation))
    return _page(request, language, conversation)


@csrf_exempt  # no session to abuse: a foreign page is refused by `local_posts_only` and carries no cookie
@page
@holds_a_frame
@local_posts_only
def say(request: HttpRequest, language: str) -> HttpResponse:
    if request.method != "POST":
        return redirect(reverse("public:chat", kwargs={"language": language}))
    form = SayForm(request.POST)
    problem, said = form.problem(), form.cleaned_data
    who = visitor(request, said.get("client_id", ""))
    conversation = who.conversation()
    if not problem and said["after"] and who.is_known and conversation is None and not said["look"]:
        problem = "conversation_expired"
    if problem:
        return _refused(request, language, conversation, problem, form.draft)
    if said["look"]:
        return _page(request, language, conversation, draft=form.draft)
    conversation = says(
        who,
        text=said["text"],
        choice=said["choice"],
        client_id=said["client_id"] or new_client_id(),
        language=language,
        country=said_country(said["country"]),
    )
    draft = form.draft if said["choice"] else ""
    response = _answered(request, language, conversation, after=said["after"] or 0, draft=draft)
    if conversation.closed_at or not _lines(conversation):
        drop_token(response)
    else:
        who.keep_token(response)
    return response


@page
@require_safe
def messages(request: HttpRequest, language: str) -> HttpResponse:
    """What came since the last line the page has: nothing is 204, a conversation that is gone is 410."""
    who = visitor(request)
    conversation = who.conversation()
    if conversation is None:
        return HttpResponse(status=410 if who.is_known else 204)
    lines = _lines(conversation, after=_number(request, "after"))
    return _fragment(request, conversation, lines) if lines else HttpResponse(status=204)


@xframe_options_sameorigin
@page
@is_a_frame
@require_safe
def waiting(request: HttpRequest, language: str) -> HttpResponse:
    """The frame that looks for answers by itself when there is no JavaScript; ever less often, to save data."""
    after, looked = _number(request, "after"), _number(request, "looked") + 1
    conversation = visitor(request).conversation()
    pause = next((seconds for most, seconds in LOOKS if looked <= most), 0)
    context = {
        "lines": _shown(_lines(conversation, after=after), conversation) if conversation else [],
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
    conversation = visitor(request).conversation()
    if conversation:
        actions.forget(conversation)
    response = show(request, "public/forgotten.html", language, served(""))
    drop_token(response)
    return response


# What is shown -----------------------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    language: str,
    conversation: Conversation | None,
    *,
    draft: str = "",
    problem: str = "",
    new: int = 0,
    status: int = 200,
) -> HttpResponse:
    lines = _lines(conversation) if conversation else []
    response = show(
        request,
        "public/chat.html",
        language,
        conversation.country if conversation and conversation.country else _said_before(request),
        status=status,
        lines=_shown(lines, conversation) if conversation else [],
        last=lines[-1].id if lines else 0,
        new=new or (lines[-1].id if lines else 0),
        draft=draft,
        problem=problem,
        client_id=new_client_id(),
        person_choice=standing("person", wording("pick.person", language)),
        language_choices=[(code, standing(f"language:{code}", name), name) for code, name in settings.LANGUAGES],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _said_before(request: HttpRequest) -> str:
    """The country that the page she comes from knew."""
    return said_country(request.POST.get("country", "") or request.GET.get("country", ""))


def _answered(
    request: HttpRequest, language: str, conversation: Conversation, *, after: int, draft: str
) -> HttpResponse:
    """For our script the new lines; otherwise the conversation, unless the page must hold something more."""
    lines = _lines(conversation, after=after)
    if FRAGMENT in request.headers:
        return _fragment(request, conversation, lines)
    if conversation.closed_at or draft or not lines:
        words, new = ("", lines[0].id) if lines else (wording("forgotten", _tongue(conversation)), 0)
        with translation.override(_tongue(conversation)):  # it may just have changed
            return _page(request, _tongue(conversation), conversation, draft=draft, problem=words, new=new)
    return redirect(_address(conversation) + f"#m{lines[0].id}")


def _refused(
    request: HttpRequest, language: str, conversation: Conversation | None, problem: str, draft: str
) -> HttpResponse:
    words = wording(problem, language, conversation.country if conversation else "")
    status = 410 if problem == "conversation_expired" else 422
    if FRAGMENT in request.headers:
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    return _page(request, language, conversation, draft=draft, problem=words, status=status)


def _fragment(request: HttpRequest, conversation: Conversation, lines: Sequence[Line]) -> HttpResponse:
    """The lines alone, saying which language the conversation is in now: it may just have changed."""
    shown = _shown(lines, conversation)
    words = "" if lines else wording("forgotten", _tongue(conversation))
    response = render(request, "public/lines.html", {"lines": shown, "forgotten": words})
    response.headers["Content-Language"] = _tongue(conversation)
    return response


def _lines(conversation: Conversation, *, after: int = 0) -> list[Line]:
    """What was said and not deleted."""
    return [line for line in thread(conversation, after=after) if line.text or line.choices]


def _shown(lines: Iterable[Line], conversation: Conversation) -> list[LineShown]:
    lines = list(lines)
    numbers = [
        call for there in calls(_tongue(conversation), conversation.country) for call in (*there.first, *there.others)
    ]
    last_said = max((line.id for line in lines if line.author == "person"), default=0)
    shown, danger = [], False
    for line in lines:
        if line.author == "person":
            danger = line.level in ("P0", "P1")
        is_danger = line.author == "machine" and (danger or line.level in ("P0", "P1"))
        danger = danger and line.author == "person"
        named = tuple(call for call in numbers if is_danger and _names(line.text, call.number))
        shown.append(LineShown(line, line.id > last_said and bool(line.choices), is_danger, named))
    return shown


def _names(text: str, number: str) -> bool:
    return re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text) is not None


def _address(conversation: Conversation) -> str:
    return reverse("public:chat", kwargs={"language": _tongue(conversation)})


def _tongue(conversation: Conversation) -> str:
    """The language of the conversation, when the site is written in it."""
    known = dict(settings.LANGUAGES)
    return conversation.language if conversation.language in known else settings.LANGUAGE_CODE


def _number(request: HttpRequest, name: str) -> int:
    """A cursor from the address; anything else than digits is the beginning."""
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 19 else 0
