"""A dry run and the progress of a broadcast as rows with their words and the length of their bars: counts only, and none that is somebody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.channels.models import Channel
from baquiano.conversations.load import SMALL
from baquiano.post.audience import DryRun
from baquiano.workspace.codes import LANGUAGES
from baquiano.workspace.templatetags.workspace import CHANNELS

_NOT_SAFE = _("A machine may not write to them safely now")
_WANT_NONE = _("Asked not to be written to")
WHY_NOT: Mapping[str, str | Promise] = {
    "elsewhere": _("Are of another country, or nobody knows which"),
    "other_language": _("Speak another language"),
    "no_words": _("Their language has no words here"),
    "no_consent": _("Have not agreed to news for many people, or took it back"),
    "held": _NOT_SAFE,
    "safe_contact": _NOT_SAFE,
    "telephone": _NOT_SAFE,
    "opted_out": _WANT_NONE,
    "blocked": _WANT_NONE,
    "no_messages": _WANT_NONE,
    "moved": _("Their number changed hands"),
    "unknown": _("Nobody is known behind their door any more"),
    "no_way": _("Have only the web chat: they see nothing until they come back"),
    "other_channel": _("Write through a channel it is not meant for"),
    "no_template": _("Have not written for a day, and there is no approved template in their language"),
    "shared": _("Share a telephone with somebody who gets it"),
    "same_person": _("Had it already through another door of theirs"),
    "stopped": _("It was stopped before their turn"),
    "refused": _("It was no longer possible when their turn came"),
}
"""Danger and safe contact have the same words: nobody is to be found out by a count."""


@dataclass(frozen=True)
class Row:
    """`count` None: fewer than `SMALL`, and not said. `share`: of the longest, in hundredths."""

    word: str | Promise
    count: int | None
    share: int


def reasons(why_not: Mapping[str, int]) -> list[Row]:
    together: dict[str | Promise, int] = {}
    for reason, count in why_not.items():
        word = WHY_NOT.get(reason, reason)
        together[word] = together.get(word, 0) + count
    return rows(together.items())


def rows(counts: Iterable[tuple[str | Promise, int]]) -> list[Row]:
    """The most first."""
    ordered = sorted(((word, count) for word, count in counts if count), key=lambda one: -one[1])
    most = ordered[0][1] if ordered else 1
    return [
        Row(word, count if count >= SMALL else None, 100 * count // most if count >= SMALL else 1)
        for word, count in ordered
    ]


def by_channel(run: DryRun, lines: Mapping[int, Channel]) -> list[Row]:
    return rows((_name(lines[pk]), count) for pk, count in run.by_channel().items() if pk in lines)


def _name(line: Channel) -> str:
    kind = CHANNELS.get(line.kind, line.kind)
    return f"{kind} · {line.name}" if str(line.name) != str(kind) else str(kind)


def by_language(run: DryRun) -> list[Row]:
    return rows((LANGUAGES.get(code, code), count) for code, count in run.by_language().items())
