"""Texts that a provider approved beforehand: which of them may leave now, and as what.

None names a topic: whoever holds the telephone may read it. One that says who writes (its only place, `{{1}}`, takes the organisation's
name) leaves only for a person who allowed that.
"""

import re
from collections.abc import Collection, Iterable

from baquiano.accounts.models import organisation
from baquiano.channels.models import Channel
from baquiano.channels.protocol import TemplateMessage
from baquiano.lib.turnstile import writing
from baquiano.post.models import Template

_PLACE = re.compile(r"\{\{\s*\w+\s*\}\}")


def usable(channel: Channel, use: str, language: str, *, may_say_who: bool = False) -> Template | None:
    """Approved, in this language; or else in the organisation's own. None: nothing may leave once the window is closed."""
    return choose(approved([channel.pk], use), channel.pk, language, organisation().language, may_say_who=may_say_who)


def approved(channels: Collection[int], use: str) -> list[Template]:
    """For many people at once: one query, and then `choose` for each."""
    found = Template.objects.filter(channel__in=channels, use=use, state=Template.Status.APPROVED)
    return [one for one in found.order_by("pk") if places(one) <= 1]


def choose(
    found: Iterable[Template], channel: int, language: str, fallback: str, *, may_say_who: bool
) -> Template | None:
    mine = [one for one in found if one.channel_id == channel and (may_say_who or not places(one))]
    named = sorted(mine, key=places, reverse=True)  # saying who writes, where that is allowed
    for wanted in (language, fallback):
        for one in named:
            if wanted and spoken(one) == wanted:
                return one
    return None


def propose(channel: Channel, use: Template.Use, language: str, text: str) -> Template:
    """Written down here, to be approved there under this name. One that is no draft any more stays as it was sent."""
    category = "marketing" if use is Template.Use.NEWS else "utility"
    with writing():
        mine, is_new = Template.objects.get_or_create(
            channel=channel,
            name=f"baquiano_{use}",
            language=language,
            defaults={"use": use, "text": text, "category": category},
        )
        if not is_new and mine.state == Template.Status.DRAFT and mine.text != text:
            mine.text = text
            mine.save(update_fields=["text"])
    return mine


def spoken(template: Template) -> str:
    """ "pt" of "pt_BR"."""
    return template.language.replace("-", "_").partition("_")[0].lower()


def places(template: Template) -> int:
    return len(set(_PLACE.findall(template.text)))


def as_message(template: Template) -> TemplateMessage:
    values = (organisation().name,) if places(template) else ()
    return TemplateMessage(template.name, template.language, values)


def words(template: Template) -> str:
    """As she reads it."""
    return _PLACE.sub(lambda _place: organisation().name, template.text)
