"""Where somebody who signed in begins."""

from django.http import HttpResponse
from django.shortcuts import redirect

from baquiano.accounts.policy import StaffRequest, may, owes_second_factor


def home(request: StaffRequest) -> HttpResponse:
    """The inbox for those who answer people; for the others, what they may do."""
    if owes_second_factor(request.user):
        return redirect("workspace:security")
    return redirect("workspace:inbox" if may(request.user, "conversation.list") else "workspace:may")
