"""From a form of the site to a message of the conversation: read, refuse with words, say."""

import hashlib
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from baquiano.conversations import actions
from baquiano.conversations.models import Conversation
from baquiano.conversations.wording import wording
from baquiano.engine.picks import choice_id
from baquiano.engine.state import State
from baquiano.public.visitor import Visitor, web

LONGEST = 4000  # characters; a longer message is given back, never cut

View = Callable[..., HttpResponse]


def local_posts_only(view: View) -> View:
    """Refuses what another site's page sends. Browsers say so themselves, and a script on a page cannot lie about it."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            return render(request, "ui/problem.html", {"problem": "refused"}, status=403)
        return view(request, *args, **kwargs)

    return door


class Words(forms.CharField):
    """What somebody wrote: line breaks as they are, no control characters (a pasted file), nothing cut."""

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


class SayForm(forms.Form):
    """A text, or a choice as "id|title". `after`: the last message the page shows (0: none). `look`: send nothing, only look."""

    text = Words(required=False)
    choice = Words(required=False, max_length=400)
    client_id = Words(required=False, max_length=80)
    country = Words(required=False, max_length=2)
    after = forms.IntegerField(required=False, min_value=0)
    look = forms.BooleanField(required=False)

    def problem(self) -> str:
        """The wording key of what is wrong with it, or nothing."""
        if not self.is_valid():
            return "not_understood"
        said = self.cleaned_data
        if said["choice"] or said["look"]:
            return ""
        if not said["text"]:
            return "empty"
        return "too_long" if len(said["text"]) > LONGEST else ""

    @property
    def draft(self) -> str:
        """What goes back to the box: everything, unless it was just said."""
        return str(self.cleaned_data.get("text", ""))


def says(who: Visitor, *, text: str, choice: str, client_id: str, language: str, country: str) -> Conversation:
    """Begins a conversation that knows its language and country if there is none, and says it there."""
    if who.conversation() is None:
        actions.start(web(), who.alias, language=language, country=country)
    picked, _, title = choice.partition("|")
    said = (title or picked) if choice else text
    client_id = _of_these_words(client_id, said)
    return actions.say(web(), who.alias, text=said, choice_id=picked, client_id=client_id)


def standing(what: str, title: str) -> str:
    """The value of a button whose meaning never depends on the last question: "id|title"."""
    return f"{choice_id(State(), what)}|{title}"


def pick(who: Visitor, what: str, *, label: str, language: str, country: str, client_id: str) -> HttpResponse:
    """One of the engine's own choices, tapped outside the chat; its answer waits there."""
    title = wording(f"pick.{label}", language) or label
    says(who, text="", choice=standing(what, title), client_id=client_id, language=language, country=country)
    response = redirect(reverse("public:chat", kwargs={"language": language}))
    who.keep_token(response)
    return response


def _of_these_words(client_id: str, text: str) -> str:
    """A page shown again by the back button carries its old id: other words under the same id are another message."""
    return f"{client_id}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
