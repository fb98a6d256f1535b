"""In words what the house keeps as codes: for the tags of the screens and for the screens themselves. Nothing here asks anybody."""

from django.utils.translation import gettext_lazy as _

LEVELS = {
    "P0": _("Danger now"),
    "P1": _("Danger, within minutes"),
    "P2": _("Urgent, within hours"),
    "P3": _("Today"),
    "P4": _("Complaint"),
    "": _("Question"),
}
REASONS = {
    "danger": _("May be in danger"),
    "asked": _("Asked for a person"),
    "lost": _("The assistant did not understand"),
    "complaint": _("Has a complaint"),
    "voice": _("Sent something the assistant cannot read"),
    "late": _("A message came late"),
    "identity": _("The number changed hands"),
    "unanswered": _("There is no approved answer"),
    "undelivered": _("What was answered did not arrive"),
    "changed": _("Something we told them has changed"),
}
DANGERS = {
    "medical": _("Health emergency"),
    "self_harm": _("May hurt themselves"),
    "violence": _("Violence now"),
    "captivity": _("Held or trafficked"),
    "child": _("A child alone or lost"),
    "detention": _("Detention or expulsion today"),
    "sexual": _("Sexual violence"),
    "staff_abuse": _("Abuse by staff"),
    "unknown": _("May be in danger"),  # they said so and not how, or sent what nobody has heard yet
    "need": _("Urgent need"),
    "distress": _("Distress"),
    "complaint": _("Complaint"),
    "incident": _("The emergency key was pressed"),
}
_OUTSIDE_WINDOW = _("A day had passed since their last message")
_NOT_ON_WHATSAPP = _("That number cannot receive it")
_ASKED_US_NOT_TO = _("They asked not to be written to")
_FULL = _("WhatsApp kept it back: they receive too much")
TROUBLES = {
    "": _("The company that carries it refused it"),
    "no_address": _("We have no number any more to write to"),
    "gave_up": _("It was tried eight times"),
    "uncertain_twice": _("It was tried twice and nobody knows whether it arrived"),
    "withheld": _("Their safe contact does not allow it"),
    "window": _OUTSIDE_WINDOW,
    "131047": _OUTSIDE_WINDOW,
    "undeliverable": _NOT_ON_WHATSAPP,
    "131026": _NOT_ON_WHATSAPP,
    "opt-out": _ASKED_US_NOT_TO,
    "131050": _ASKED_US_NOT_TO,
    "ecosystem": _FULL,
    "131049": _FULL,
    "country": _("WhatsApp does not let us write to people of that country"),
    "130497": _("WhatsApp does not let us write to people of that country"),
    "experiment": _("WhatsApp keeps some people out of what is written to them first"),
    "130472": _("WhatsApp keeps some people out of what is written to them first"),
    "not allowed": _("This line is a test line, and the number is not on its list"),
    "identity": _("The number changed hands"),
}
"""Why something did not arrive, by what the post wrote down."""
LANGUAGES = {
    "es": _("Spanish"),
    "en": _("English"),
    "pt": _("Portuguese"),
    "fr": _("French"),
    "ht": _("Haitian Creole"),
}
COUNTRIES = {"CO": "Colombia", "CL": "Chile"}
