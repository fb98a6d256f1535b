"""One place for what is set up here: cards that lead to each of it, only those that whoever looks may open."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from baquiano.accounts.matrix import shipped
from baquiano.accounts.policy import StaffRequest, permissions


@dataclass(frozen=True)
class Card:
    """`route`: the name of the screen; who may open it is in the matrix."""

    route: str
    icon: str
    title: Promise
    what: Promise

    @property
    def address(self) -> str:
        return reverse(f"workspace:{self.route}")


@dataclass(frozen=True)
class Shelf:
    title: Promise
    cards: tuple[Card, ...]


SHELVES = (
    Shelf(
        _("When and who"),
        (
            Card("hours", "clock", _("Hours"), _("When somebody answers, and what the organisation is called.")),
            Card("roster", "calendar", _("Roster"), _("Who is on duty, and who is called next.")),
            Card("team", "team", _("Team"), _("Who works here and what each may do.")),
            Card("channels", "send", _("Channels"), _("Each line: what comes in, what leaves, and its switch.")),
            Card(
                "sites",
                "globe",
                _("Our chat on other pages"),
                _("A button for somebody else's page, and who may show it."),
            ),
            Card("matrix", "lock", _("Permissions"), _("What every role may do.")),
        ),
    ),
    Shelf(
        _("What is said"),
        (
            Card("replies", "copy", _("Ready answers"), _("What colleagues insert with two keys.")),
            Card("wording", "machine", _("Fixed sentences"), _("What the assistant says by itself.")),
            Card("danger_texts", "danger", _("Danger texts"), _("What somebody in danger reads first.")),
        ),
    ),
    Shelf(
        _("Before the public is answered"),
        (
            Card("numbers", "phone", _("Emergency numbers"), _("Who verified each, when, and what they found.")),
            Card("golive", "globe", _("Going live"), _("What is missing before a country is answered.")),
        ),
    ),
)


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    mine = permissions(request.user)
    shelves = [(shelf.title, [card for card in shelf.cards if _may(card, mine)]) for shelf in SHELVES]
    return render(request, "workspace/setup/home.html", {"shelves": [shelf for shelf in shelves if shelf[1]]})


def _may(card: Card, mine: frozenset[str]) -> bool:
    rule = shipped().routes.get(f"workspace:{card.route}", "")
    return rule == "staff" or rule in mine
