"""Who waits for a person, the gravest first. Which part of the list is looked at stands in the address: it names nobody."""

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.policy import StaffRequest
from baquiano.conversations.queue import TABS, Inbox, Wanted
from baquiano.conversations.queue import inbox as look_at
from baquiano.workspace.codes import COUNTRIES, LANGUAGES, LEVELS
from baquiano.workspace.duties import duties_of
from baquiano.workspace.inbox.fragment import unchanged, whole

TAB_WORDS = {
    "now": _("To answer"),
    "mine": _("Mine"),
    "for_me": _("For me"),
    "aside": _("Put aside"),
    "all": _("All"),
}


@dataclass(frozen=True)
class Tab:
    """`key`: the digit that opens it."""

    name: str
    key: int
    words: Any
    count: int
    address: str
    is_here: bool


@dataclass(frozen=True)
class Queue:
    """The list as it is now. The alerts stand above it on every screen: workspace/duty."""

    found: Inbox
    wanted: Wanted
    showing: int

    @property
    def seen(self) -> str:
        """Changes with what is in the list, and once a minute, because it says how long everybody waits."""
        minute = f"{timezone.now():%H%M}"
        state = repr((self.found, self.wanted, self.showing, minute, get_language()))
        return hashlib.sha256(state.encode()).hexdigest()[:12]

    @property
    def html(self) -> SafeString:
        here = reverse("workspace:inbox")
        page = {
            "inbox": self.found,
            "tabs": _tabs(self.found, self.wanted),
            "here": here,
            "rows_at": here if self.showing else "",  # seen from the list itself: hundreds of times
            "address": address_of(self.wanted),
            "tab": self.wanted.tab,
            "showing": self.showing,
        }
        return SafeString(render_to_string("workspace/inbox/rows.html", page).strip())

    @property
    def poll(self) -> str:
        """Where the page asks whether something has changed."""
        return f"{reverse('workspace:inbox_rows')}?{urlencode({'showing': self.showing, **_said(self.wanted)})}"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.wanted.level or self.wanted.language or self.wanted.country)

    @property
    def levels(self) -> list[tuple[str, Any]]:
        return [(code or "none", words) for code, words in LEVELS.items()]

    @property
    def languages(self) -> list[tuple[str, Any]]:
        return list(LANGUAGES.items())

    @property
    def countries(self) -> list[tuple[str, Any]]:
        return [*COUNTRIES.items(), ("none", _("country not known"))]


def inbox(request: StaffRequest) -> HttpResponse:
    page = {"queue": queue(request, showing=0), "showing": 0, "duties": duties_of(request.user)}
    return render(request, "workspace/inbox.html", page)


def inbox_rows(request: StaffRequest) -> HttpResponse:
    """Polled: the rows when they have changed, else nothing."""
    now = queue(request, showing=whole(request.GET.get("showing", "")))
    if now.seen == request.GET.get("seen"):
        return unchanged()
    return render(request, "workspace/inbox/poll_rows.html", {"queue": now})


def queue(request: StaffRequest, *, showing: int) -> Queue:
    """`showing`: the conversation on the right, marked in the list; 0 for none."""
    wanted = wanted_of(request)
    return Queue(look_at(request.user, wanted), wanted, showing)


def wanted_of(request: StaffRequest) -> Wanted:
    """What the address says; nonsense is the whole list."""
    asked = request.GET
    tab, level = asked.get("tab", ""), asked.get("level", "")
    language, country = asked.get("language", ""), asked.get("country", "")
    return Wanted(
        tab=tab if tab in TABS else "now",
        level=level if level in LEVELS or level == "none" else "",
        language=language if language in LANGUAGES else "",
        country=country if country in COUNTRIES or country == "none" else "",
    )


def address_of(wanted: Wanted) -> str:
    """ "?tab=mine&language=ht"; empty for the list as it opens."""
    said = _said(wanted)
    return f"?{urlencode(said)}" if said else ""


def _said(wanted: Wanted) -> dict[str, str]:
    return {name: value for name, value in asdict(wanted).items() if value and (name, value) != ("tab", "now")}


def _tabs(found: Inbox, wanted: Wanted) -> list[Tab]:
    return [
        Tab(
            name=name,
            key=number,
            words=TAB_WORDS[name],
            count=found.tabs[name],
            address=address_of(replace(wanted, tab=name)),
            is_here=name == wanted.tab,
        )
        for number, name in enumerate(TABS, 1)
    ]
