"""Where somebody who signed in begins."""

from django.http import HttpResponse
from django.shortcuts import redirect

from baquiano.accounts.policy import StaffRequest, may, owes_second_factor
from baquiano.workspace.entrance.second_factor import owes_codes


def home(request: StaffRequest) -> HttpResponse:
    """The inbox for those who answer people, the editorial desk for those who write; for the others, what they may do."""
    if owes_second_factor(request.user) or owes_codes(request.user):
        return redirect("workspace:security")
    if may(request.user, "conversation.list"):
        return redirect("workspace:inbox")
    return redirect("workspace:editorial" if may(request.user, "article.read") else "workspace:may")
