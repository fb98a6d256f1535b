"""Texts for a provider to approve: what may leave when a window is closed, as the packs word it. None names a topic."""

from baquiano.accounts.models import organisation
from baquiano.channels.models import Channel
from baquiano.conversations.wording import wording
from baquiano.post import templates
from baquiano.post.models import Template

_KEYS = {
    Template.Use.CORRECTION: "changed_notice",
    Template.Use.REMINDER: "template.reminder",
    Template.Use.ANSWERED: "template.answered",
    Template.Use.NEWS: "template.news",
}
_AT_META = {"es": "es", "en": "en", "pt": "pt_BR", "fr": "fr"}
"""Meta knows no Haitian Creole: there the organisation's own language leaves."""


def propose(line: Channel) -> list[Template]:
    """Each with its state. What the provider has seen already is not changed."""
    served = organisation().countries
    country = served[0] if len(served) == 1 else ""
    for use, key in _KEYS.items():
        for language, at_meta in _AT_META.items():
            templates.propose(line, use, at_meta, wording(key, language, country))
    return list(Template.objects.filter(channel=line).order_by("use", "language"))
