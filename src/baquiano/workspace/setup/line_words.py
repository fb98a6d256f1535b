"""In plain words what a provider says of a line, what went wrong, and what to click there. Nothing here asks anybody."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from baquiano.channels.asked import NO_CONNECTION, Asking

STEPS: Mapping[Asking, Any] = {
    Asking.SETTINGS: _("What was typed here can be used"),
    Asking.TOKEN: _("The access token is valid"),
    Asking.NUMBER: _("The number is registered and may send"),
    Asking.ACCOUNT: _("The account is approved"),
    Asking.WEBHOOK: _("Meta calls us when somebody writes"),
    Asking.TEMPLATES: _("The templates can be read"),
}
_NEW_TOKEN = _(
    "At Meta: Business settings, Users, System users, Generate token, never expires, with whatsapp_business_messaging and "
    "whatsapp_business_management. Then here, in a terminal: baquiano channel whatsapp, with the same line."
)
_ACCOUNT_ID = _(
    "At Meta: WhatsApp Manager, Overview, “WhatsApp Business account ID”. Then here, in a terminal: baquiano channel whatsapp --account, "
    "with that number."
)
TO_DO: Mapping[tuple[Asking, str], Any] = {
    (Asking.SETTINGS, "settings"): _("Type line and token again, in a terminal: baquiano channel whatsapp."),
    (Asking.TOKEN, "token"): _NEW_TOKEN,
    (Asking.TOKEN, "permission"): _NEW_TOKEN,
    (Asking.NUMBER, "not registered"): _(
        "At Meta: WhatsApp Manager, Phone numbers. It must say “Connected”. If it says “Pending”, register it there with its six-digit PIN."
    ),
    (Asking.NUMBER, "account"): _(
        "The line here is not a number of that account: compare it with “Phone number ID” at Meta, API setup."
    ),
    (Asking.NUMBER, "token"): _NEW_TOKEN,
    (Asking.ACCOUNT, "account unknown"): _ACCOUNT_ID,
    (Asking.ACCOUNT, "account"): _(
        "At Meta: Business settings, Account quality. Meta says there what is wrong, and takes an appeal."
    ),
    (Asking.ACCOUNT, "token"): _NEW_TOKEN,
    (Asking.WEBHOOK, "account unknown"): _ACCOUNT_ID,
    (Asking.WEBHOOK, "not subscribed"): _(
        "At Meta: the app, WhatsApp, Configuration, Webhook: paste the callback URL and the verify token, Verify and save, then subscribe "
        "to the field “messages”."
    ),
    (Asking.WEBHOOK, "token"): _NEW_TOKEN,
    (Asking.TEMPLATES, "account unknown"): _ACCOUNT_ID,
    (Asking.TEMPLATES, "token"): _NEW_TOKEN,
}
UNREACHED = _(
    "Meta did not answer. Wait a minute and test again; if it stays so, this machine cannot reach graph.facebook.com."
)
OTHERWISE = _("Meta refused the question. Look at the number and the account in WhatsApp Manager.")


def what_to_do(asking: Asking, why_not: str) -> Any:
    return UNREACHED if why_not == NO_CONNECTION else TO_DO.get((asking, why_not), OTHERWISE)


TROUBLES: Mapping[str, Any] = {
    "token": _("The access token of the line is not valid any more"),
    "account": _("The company closed the number or does not know it"),
    "policy": _("The company blocked the account"),
    "settings": _("The settings of the line are not complete"),
}
QUALITIES: Mapping[str, Any] = {
    "green": _("high: people take it well"),
    "yellow": _("medium: some people blocked us or complained"),
    "red": _("low: many people blocked us or complained. Write less, and only to who asked"),
}
LIMITS: Mapping[str, Any] = {
    "unlimited": _("as many as we want"),
    "1k": "1000",
    "2k": "2000",
    "10k": "10 000",
    "100k": "100 000",
}
WELL = ("approved", "connected", "verified_account", "reinstate", "account_review_approved")
ACCOUNT_STATES: Mapping[str, Any] = {
    "approved": _("approved"),
    "connected": _("approved"),
    "pending": _("being reviewed by Meta"),
    "rejected": _("refused by Meta"),
    "disabled": _("closed by Meta"),
    "disable": _("closed by Meta"),
    "schedule_for_disable": _("Meta will close it soon"),
    "reinstate": _("open again"),
    "account_restriction": _("restricted: Meta does not let us write first for some days"),
    "account_violation": _("Meta says that a rule was broken"),
    "account_deleted": _("deleted at Meta"),
    "verified_account": _("verified"),
    "flagged": _("watched by Meta: its quality is low"),
    "restricted": _("restricted: today’s limit is used up"),
    "rate_limited": _("restricted: too many messages a second"),
    "banned": _("closed by Meta"),
}
TEMPLATE_STATES: Mapping[str, Any] = {
    "draft": _("written here, not sent to Meta"),
    "pending": _("Meta is looking at it"),
    "approved": _("approved"),
    "rejected": _("refused"),
    "paused": _("paused by Meta"),
    "disabled": _("closed by Meta"),
}
