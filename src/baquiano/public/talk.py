"""What the chat does and shows, wherever it stands: opened, said, looked for, forgotten.

`chat.py` has its doors on our own site, `frame.py` those on somebody else's.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from baquiano.channels.protocol import Choice
from baquiano.conversations import actions
from baquiano.conversations.models import Conversation
from baquiano.conversations.thread import Line, thread
from baquiano.conversations.wording import wording
from baquiano.public.danger import Call, calls
from baquiano.public.pages import said_country, show
from baquiano.public.saying import SayForm, says, standing
from baquiano.public.visitor import Frame, Stand, Visitor, new_client_id
from baquiano.ui.templatetags.ui import said as said_as_html

FRAGMENT = "X-Fragment"  # our own script asks for the new lines alone
RENEWED = timedelta(hours=1)
TONGUE = "X-Chat-Language"  # the conversation is in another language than the page now
OVER = "X-Chat-Over"  # and is told that nothing of this conversation may stay on the phone

KINDS = {"person": "p", "machine": "m", "automatic": "a", "staff": "s"}
FORGOTTEN = "f"  # a line that stands for words that are gone


@dataclass(frozen=True)
class LineShown:
    """A line and what the page makes of it. `is_open`: its choices can still be tapped. `calls`: numbers named in a danger text."""

    line: Line
    is_open: bool
    is_danger: bool
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Talk:
    """One request of somebody who talks with us: where, in which language, who."""

    request: HttpRequest
    language: str
    stand: Stand
    who: Visitor
    conversation: Conversation | None

    @property
    def is_by_script(self) -> bool:
        return FRAGMENT in self.request.headers


def begun(request: HttpRequest, language: str, stand: Stand, client_id: str = "") -> Talk:
    who = stand.visitor(request, client_id)
    return Talk(request, language, stand, who, who.conversation())


def opened(request: HttpRequest, language: str, stand: Stand) -> HttpResponse:
    """The whole page."""
    talk = begun(request, language, stand)
    if talk.conversation and tongue(talk.conversation) != language:
        return redirect(stand.address("chat", tongue(talk.conversation)))
    return _page(talk)


def said(request: HttpRequest, language: str, stand: Stand) -> HttpResponse:
    """A message; its answer comes with the response."""
    form = SayForm(request.POST)
    problem, words = form.problem(), form.cleaned_data
    talk = begun(request, language, stand, words.get("client_id", ""))
    if not problem and words["after"] and talk.who.is_known and talk.conversation is None and not words["look"]:
        problem = "conversation_expired"
    if problem:
        return _refused(talk, problem, form.draft)
    if words["look"]:
        return _page(talk, draft=form.draft)
    is_fresh = _was_renewed(talk)
    conversation = says(
        talk.who,
        text=words["text"],
        choice=words["choice"],
        client_id=words["client_id"] or new_client_id(),
        language=language,
        country=said_country(words["country"]),
    )
    is_over = bool(conversation.closed_at) or not lines_of(conversation)
    who = Visitor(talk.who.alias, is_known=True, page_token=stand.new_token()) if is_over else talk.who
    answered = Talk(request, language, stand, who, conversation)
    response = _answered(answered, after=words["after"] or 0, draft=form.draft if words["choice"] else "")
    if is_over:
        stand.drop(response)
        response.headers[OVER] = "1"
    elif not is_fresh:
        stand.keep(talk.who, response)
    return response


def _was_renewed(talk: Talk) -> bool:
    """The token of this browser was renewed with a message of the last hour: that costs a fifth of a turn, and once an hour is enough."""
    if not (talk.is_by_script and talk.who.is_known and talk.conversation):
        return False
    lately = timezone.now() - RENEWED
    return talk.conversation.messages.inbound().filter(received_at__gt=lately).exists()


def news(request: HttpRequest, language: str, stand: Stand) -> HttpResponse:
    """What came since the last line the page has: nothing is 204, a conversation that is gone is 410."""
    talk = begun(request, language, stand)
    after = number(request, "after")
    if talk.conversation is None:
        return HttpResponse(status=410 if talk.who.is_known and after else 204)
    lines = lines_of(talk.conversation, after=after)
    return _fragment(talk, lines) if lines else HttpResponse(status=204)


def forgotten(request: HttpRequest, language: str, stand: Stand) -> None:
    conversation = stand.visitor(request).conversation()
    if conversation:
        actions.forget(conversation)


# What is shown -----------------------------------------------------------------------------------------------------------


def _page(talk: Talk, *, draft: str = "", problem: str = "", new: int = 0, status: int = 200) -> HttpResponse:
    conversation, language, stand = talk.conversation, talk.language, talk.stand
    lines = lines_of(conversation) if conversation else []
    country = conversation.country if conversation and conversation.country else _said_before(talk.request)
    said = f"?country={country.lower()}" if country else ""
    response = show(
        talk.request,
        stand.template,
        language,
        country,
        status=status,
        lines=lines_shown(lines, conversation) if conversation else [],
        last=lines[-1].id if lines else 0,
        new=new or (lines[-1].id if lines else 0),
        draft=draft,
        problem=problem,
        client_id=new_client_id(),
        blueprint=_blueprint(),
        site=stand.site,
        token=talk.who.page_token,
        here={what: stand.address(what, language) for what in ("chat", "say", "messages", "forget")},
        person_choice=standing("person", wording("pick.person", language)),
        language_choices=[
            (code, standing(f"language:{code}", name), name, stand.address("chat", code) + said)
            for code, name in settings.LANGUAGES
        ],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _said_before(request: HttpRequest) -> str:
    """The country that the page she comes from knew."""
    return said_country(request.POST.get("country", "") or request.GET.get("country", ""))


def _answered(talk: Talk, *, after: int, draft: str) -> HttpResponse:
    """For our script the new lines; otherwise the conversation, on a page with an address where the browser brings the token by itself."""
    conversation = talk.conversation
    assert conversation is not None
    lines = lines_of(conversation, after=after)
    if talk.is_by_script:
        return _fragment(talk, lines)
    spoken = tongue(conversation)  # it may just have changed
    if conversation.closed_at or draft or not lines or isinstance(talk.stand, Frame):
        words, new = ("", lines[0].id) if lines else (wording("forgotten", spoken), 0)
        with translation.override(spoken):
            there = Talk(talk.request, spoken, talk.stand, talk.who, conversation)
            return _page(there, draft=draft, problem=words, new=new)
    return redirect(talk.stand.address("chat", spoken) + f"#m{lines[0].id}")


def _refused(talk: Talk, problem: str, draft: str) -> HttpResponse:
    words = wording(problem, talk.language, talk.conversation.country if talk.conversation else "")
    status = 410 if problem == "conversation_expired" else 422
    if talk.is_by_script:
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    return _page(talk, draft=draft, problem=words, status=status)


def _fragment(talk: Talk, lines: Sequence[Line]) -> HttpResponse:
    """The new lines as data, to be filled into the page's own `_blueprint`: what a line looks like is said once, and each turn is small.

    A line is [id, kind, time, html, choices as [id, title, note], numbers as [number, name]]. The language is said when it is another one.
    """
    conversation = talk.conversation
    assert conversation is not None
    shown = [_as_data(line) for line in lines_shown(lines, conversation)]
    if not lines:
        shown = [[0, FORGOTTEN, "", said_as_html(wording("forgotten", tongue(conversation)))]]
    content = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(content, content_type="application/json")
    if tongue(conversation) != talk.language:
        response.headers[TONGUE] = tongue(conversation)
    return response


def _as_data(shown: LineShown) -> list[object]:
    line = shown.line
    kind = KINDS["automatic" if line.is_automatic else line.author] + ("!" if shown.is_danger else "")
    data: list[object] = [line.id, kind, f"{timezone.localtime(line.at):%H:%M}", said_as_html(line.text)]
    choices = [[choice.id, choice.title, choice.beyond_title] for choice in line.choices] if shown.is_open else []
    if choices or shown.calls:
        data.append(choices)
    if shown.calls:
        data.append([[call.number, call.name] for call in shown.calls])
    return data


def _blueprint() -> list[LineShown]:
    """One line of each kind, with one choice and one number, for the script to copy."""
    kinds = (("person", False), ("machine", False), ("machine", True), ("staff", False))
    sample = Line(
        id=0, author="", text=".", choices=(Choice(".", "."),), at=timezone.now(), is_automatic=False, is_late=False, level="", delivery="", quoted=()
    )  # fmt: skip
    return [
        LineShown(replace(sample, author=author, is_automatic=is_automatic), True, False, (Call(".", ".", "."),))
        for author, is_automatic in kinds
    ]


def lines_of(conversation: Conversation, *, after: int = 0) -> list[Line]:
    """What was said and not deleted."""
    return [line for line in thread(conversation, after=after) if line.text or line.choices]


def lines_shown(lines: Iterable[Line], conversation: Conversation) -> list[LineShown]:
    lines = list(lines)
    numbers = [
        call for there in calls(tongue(conversation), conversation.country) for call in (*there.first, *there.others)
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


def tongue(conversation: Conversation) -> str:
    """The language of the conversation, when the site is written in it."""
    known = dict(settings.LANGUAGES)
    return conversation.language if conversation.language in known else settings.LANGUAGE_CODE


def number(request: HttpRequest, name: str) -> int:
    """A cursor from the address; anything else than digits is the beginning."""
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 19 else 0
