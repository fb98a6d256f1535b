"""Where somebody who signed in begins."""

from django.http import HttpResponse
from django.shortcuts import redirect

from baquiano.accounts.policy import StaffRequest, holds, may, owes_second_factor
from baquiano.workspace.entrance.second_factor import owes_codes

_FIRST = (("conversation.list", "workspace:inbox"), ("article.read", "workspace:editorial"))


def home(request: StaffRequest) -> HttpResponse:
    """The inbox for those who answer people, the editorial desk for those who write; for the others, what they may do. Whose own work
    stays shut until they turn on a second factor begins there; to others it is said on their pages.
    """
    if owes_codes(request.user):
        return redirect("workspace:security")
    for permission, place in _FIRST:
        if holds(request.user, permission):
            return redirect(place if may(request.user, permission) else "workspace:security")
    return redirect("workspace:security" if owes_second_factor(request.user) else "workspace:may")
