"""What each role may do, in plain words: read from the matrix, so that the page cannot say something else."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import Role
from baquiano.accounts.policy import StaffRequest, matrix, permissions, roles_of

WORDS: dict[str, str | Promise] = {
    "conversation.list": _("See the queue of conversations that wait for a person"),
    "conversation.read": _("Read those conversations"),
    "conversation.take": _("Take over a conversation"),
    "conversation.answer": _("Answer in a conversation they took over"),
    "conversation.hand_back": _("Hand a conversation back to the assistant"),
    "conversation.close": _("Close a conversation"),
    "complaint.read": _("Read complaints about how we treat people"),
    "number.verify": _("Say that they called an emergency number and who answered"),
    "alert.acknowledge": _("Say that they have seen a danger alert"),
    "article.read": _("Read the articles and their sources"),
    "article.write": _("Write and translate articles"),
    "article.approve": _("Approve an article that somebody else wrote"),
    "article.verify": _("Say that they checked an article today, how, and until when it holds"),
    "article.withdraw": _("Withdraw an article at once"),
    "danger_text.sign": _("Sign the danger texts: two people answer for each"),
    "recall.read": _("See who was told something that is no longer said, as counts"),
    "rumour.read": _("Read the rumours and their answers"),
    "rumour.hear": _("Note a rumour, and that they heard it again"),
    "rumour.check": _("Check a rumour and write its answer"),
    "rumour.approve": _("Approve the answer to a rumour that somebody else wrote"),
    "rumour.withdraw": _("Take back the answer to a rumour at once"),
    "fraud.read": _("Read the alerts about scams"),
    "fraud.write": _("Write an alert about a scam"),
    "fraud.approve": _("Approve an alert that somebody else wrote"),
    "fraud.withdraw": _("Take an alert back at once"),
    "question.read": _("Read what people asked and we could not answer, without names or numbers"),
    "question.settle": _("Make those questions examples, drafts, or set them aside"),
    "team.list": _("See who works here"),
    "team.invite": _("Invite somebody"),
    "team.end": _("End what somebody may do here"),
    "organisation.change": _("Change the name and the hours of the organisation"),
    "installation.read": _("See how the installation is doing, without reading any conversation"),
}


@dataclass(frozen=True)
class RoleInWords:
    role: str
    label: str
    is_mine: bool
    deeds: tuple[str, ...]


def roles_in_words(mine: frozenset[str]) -> list[RoleInWords]:
    held = matrix()
    return [
        RoleInWords(
            role,
            str(role.label),
            role in mine,
            tuple(str(words) for deed, words in WORDS.items() if deed in held.permissions(role)),
        )
        for role in Role
    ]


def may(request: StaffRequest) -> HttpResponse:
    mine = permissions(request.user)
    page = {
        "mine": [words for deed, words in WORDS.items() if deed in mine],
        "not_mine": [words for deed, words in WORDS.items() if deed not in mine],
        "roles": roles_in_words(frozenset(roles_of(request.user))),
    }
    return render(request, "workspace/may.html", page)
