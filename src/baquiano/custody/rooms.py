"""Every room that holds something of a person, asked one after the other: the upper ones first, because they find their rows through
what lies below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from baquiano.accountability import portrait as accountability
from baquiano.accounts import portrait as accounts
from baquiano.accounts.models import User
from baquiano.channels import portrait as channels
from baquiano.conversations import portrait as conversations
from baquiano.custody import portrait as custody
from baquiano.directory import portrait as directory
from baquiano.lib.portrait import Erased, Section
from baquiano.people import portrait as people
from baquiano.people.models import Alias, Person
from baquiano.post import portrait as post
from baquiano.safety import portrait as safety

MODELS = frozenset(
    (
        *accountability.MODELS,
        *accounts.MODELS,
        *channels.MODELS,
        *conversations.MODELS,
        *custody.MODELS,
        *directory.MODELS,
        *people.MODELS,
        *post.MODELS,
        *safety.MODELS,
    )
)


@dataclass(frozen=True)
class Subject:
    """One person: the rows that are her, the addresses that were hers and when, and the raw bodies with her in them."""

    rows: tuple[Person, ...]
    spells: tuple[people.Spell, ...]
    bodies: tuple[int, ...]

    @property
    def root(self) -> Person:
        return self.rows[0]

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]


def subject(person: Person) -> Subject:
    """Outside any transaction: opens the raw bodies of the last days."""
    rows = people.rows_of(person)
    spells = people.spells_of(rows)
    current = [spell.address for spell in spells if spell.is_current]
    values = [alias.value for alias in Alias.objects.filter(address__in=current)]
    return Subject(tuple(rows), tuple(spells), tuple(channels.bodies_with(values)))


def portray(whose: Subject) -> list[Section]:
    """In the language that is active. Sections with nothing in them are left out."""
    talks = conversations.conversations_of(whose.spells)
    told = conversations.letters_of(whose.spells)
    sections = [
        *people.portray(whose.rows),
        *conversations.portray(whose.spells),
        *post.portray(whose.spells, told),
        *safety.portray(talks),
        *channels.portray(whose.bodies),
        *accountability.portray(whose.rows),
        *custody.portray(whose.rows),
        *directory.portray(doors_of(whose.spells)),
        *accounts.portray(whose.ids),
    ]
    return [section for section in sections if section.entries]


def forget(whose: Subject, *, at: datetime, by: User | None) -> list[Erased]:
    """Inside the caller's transaction."""
    return [
        *safety.forget(conversations.conversations_of(whose.spells)),
        *conversations.forget(whose.spells, at=at),
        *post.forget(whose.spells),
        *channels.forget(whose.bodies),
        *accountability.forget(whose.rows),
        *custody.forget(whose.rows),
        *directory.forget(doors_of(whose.spells)),
        *accounts.forget(whose.ids, by=by),
        *people.forget(whose.rows, whose.spells, at=at),
    ]


def doors_of(spells: Sequence[people.Spell]) -> list[directory.Door]:
    """By what a problem she reported is found again: her address in a chat, and the random number of her browser."""
    found = []
    for spell in spells:
        since = None if spell.is_whole else spell.since
        for alias in Alias.objects.filter(address=spell.address).select_related("channel"):
            found.append(directory.Door(alias.channel.kind, f"address {spell.address}", since, spell.until))
            found.append(directory.Door("web", alias.value, since, spell.until))
    return found


def waits(whose: Subject) -> Sequence[int]:
    """Danger alerts about her that nobody has seen yet."""
    talks = conversations.conversations_of(whose.spells)
    return list(safety.alerts_about(talks).filter(acknowledged_at=None).values_list("pk", flat=True))
