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
    "article.withdraw": _("Withdraw an article at once"),
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
    return [
        RoleInWords(
            role, str(Role(role).label), role in mine, tuple(str(WORDS[deed]) for deed in WORDS if deed in deeds)
        )
        for role, deeds in matrix().roles.items()
    ]


def may(request: StaffRequest) -> HttpResponse:
    mine = permissions(request.user)
    page = {
        "mine": [words for deed, words in WORDS.items() if deed in mine],
        "not_mine": [words for deed, words in WORDS.items() if deed not in mine],
        "roles": roles_in_words(frozenset(roles_of(request.user))),
    }
    return render(request, "workspace/may.html", page)
