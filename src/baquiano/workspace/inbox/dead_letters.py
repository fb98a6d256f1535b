"""What did not get through, by reason, with what to do about it. Nobody reads here what it said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest, may
from baquiano.conversations.undelivered import Pile, undelivered
from baquiano.post import repeating
from baquiano.workspace.codes import TROUBLES
from baquiano.workspace.inbox.fragment import whole

KINDS = {
    "line": _("Line that cannot send"),
    "letter": _("Messages to people"),
    "enclosure": _("What people sent: voice notes, pictures, documents"),
    "webhook": _("What came in"),
    "mail": _("Mails to colleagues"),
}
MEANINGS: Mapping[tuple[str, str], Any] = {
    ("letter", "uncertain"): _("Cut while it was being sent: nobody knows yet whether it arrived"),
    ("letter", "window"): _("A day had passed since their last message"),
    ("letter", "in_doubt"): _("Sensitive, and cut while it was being sent: nobody knows whether it arrived"),
    ("letter", "restored"): _("It waited in a backup that was restored, and may have left before"),
    ("letter", "blocked"): _("They blocked us"),
    ("letter", "payment"): _("The account with the company has no way of payment"),
    ("letter", "template"): _("The template was refused or is not there"),
    ("letter", "invalid"): _("The company says that the message is not well formed"),
    ("enclosure", "refused"): _("Too large, damaged, of another kind, or it may harm the computer"),
    ("enclosure", "gone"): _("The company that carries it no longer has it"),
    ("webhook", "unparsed"): _("Parts of a message that nobody here could read"),
    ("webhook", "waiting"): _("Has waited for more than five minutes to be read"),
    ("mail", "no_mail_server"): _("No mail server is set up"),
    ("line", "token"): _("The access token of the line is not valid any more"),
    ("line", "account"): _("The company closed the number or does not know it"),
    ("line", "policy"): _("The company blocked the account"),
    ("line", "settings"): _("The settings of the line are not complete"),
}
UNKNOWN = {
    "line": _("The line reports a fault"),
    "letter": TROUBLES[""],
    "enclosure": _("It could not be kept"),
    "webhook": _("It could not be read"),
    "mail": _("The mail server refused it"),
}
TO_DO: Mapping[tuple[str, str], Any] = {
    ("letter", "window"): _("Wait until the person writes, or call by a safe way."),
    ("letter", "131047"): _("Wait until the person writes, or call by a safe way."),
    ("letter", "gave_up"): _("See whether the line works again, then try again."),
    ("letter", "uncertain"): _("Nothing: within a minute it is settled or sent once more."),
    ("letter", "in_doubt"): _("Ask by a safe way whether it arrived. What is sensitive is said once."),
    ("letter", "restored"): _("See whether it is still needed, and write it again."),
    ("letter", "uncertain_twice"): _("Ask in the conversation whether it arrived. It is not repeated."),
    ("letter", "withheld"): _("Read how it is safe to write to them, and decide."),
    ("letter", "payment"): _("Set up the payment with the company, then try again."),
    ("enclosure", "refused"): _("The conversation says why. Ask the person to write it, or to send it in another way."),
    ("enclosure", "gone"): _("Ask the person to send it again."),
    ("webhook", "unparsed"): _("Tell whoever keeps the machines: the company may have changed something."),
    ("webhook", "waiting"): _("See whether the clock of the program is running (baquiano doctor)."),
    ("mail", "no_mail_server"): _("Set up the mail server, or answer alerts on the screen and the duty phone."),
    ("line", "token"): _("Put in a new token (baquiano channel). What waits leaves by itself then."),
}
OTHERWISE = {
    "line": _("Mend the line (baquiano channel). What waits leaves by itself then."),
    "letter": _("Open the conversation and look for another safe way."),
    "enclosure": _("Ask the person to send it again."),
    "webhook": _("Tell whoever keeps the machines."),
    "mail": _("See whether the address of that colleague is right."),
}


@dataclass(frozen=True)
class Shown:
    """One pile, in words."""

    pile: Pile
    kind: Any
    meaning: Any
    to_do: Any


def dead_letters(request: StaffRequest) -> HttpResponse:
    piles = [_shown(pile) for pile in undelivered(timezone.now(), by=request.user)]
    page = {"piles": piles, "may_repeat": may(request.user, "dead_letter.repeat")}
    return render(request, "workspace/inbox/dead_letters.html", page)


@require_POST
def repeat(request: StaffRequest) -> HttpResponse:
    """All that failed for this reason within a day, once more."""
    code = request.POST.get("code", "")
    done = repeating.try_again(request.POST.get("reason", "")[:40], whole(code) if code else None, by=request.user)
    words = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", done) % {"n": done}
    messages.success(request, words)
    return redirect("workspace:dead_letters")


def _shown(pile: Pile) -> Shown:
    key = (pile.kind, pile.reason)
    troubles = TROUBLES.get(pile.reason) if pile.kind == "letter" and pile.reason else None
    meaning = MEANINGS.get(key) or troubles or UNKNOWN[pile.kind]
    return Shown(pile, KINDS[pile.kind], meaning, TO_DO.get(key) or OTHERWISE[pile.kind])
