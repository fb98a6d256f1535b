"""A forgotten person stays forgotten, also after an older backup was restored.

**The order.** A line is written to the list beside the keys *before* the transaction that forgets. If the machine dies between the two,
the list names somebody whose row still stands: `replay` finishes what was begun, as it was decided. If the transaction is refused or
fails, a second line takes the first back. Should the list lack somebody (a lost file, another machine), `keep_in_step` writes down whoever
the tables say is forgotten. So either half may be missing after a crash, and both come to the same.
"""

from collections.abc import Iterator

from baquiano.custody import tombstones
from baquiano.custody.forgetting import forget_again
from baquiano.people.models import Person

_AT_ONCE = 2000


def replay() -> int:
    """Forgets again whoever is on the list and still stands in the tables. Returns how many people that were.

    Called after a restore and once a day: data put back by hand is noticed too. Looks at every number once (half a million in seconds).
    """
    marks = tombstones.read()
    if not marks:
        return 0
    back = [pk for pk, mark in _standing() if mark in marks]
    done = 0
    for pk in back:
        person = Person.objects.filter(pk=pk, forgotten_at=None).select_related("same_as").first()
        if person is not None:  # not already gone with the record it is the same as
            forget_again(person)
            done += 1
    return done


def keep_in_step() -> int:
    """Writes down whoever the tables say is forgotten and the list lacks. Returns how many."""
    marks = tombstones.read()
    forgotten = Person.objects.filter(forgotten_at__isnull=False).values_list("number", flat=True)
    missing = [number for number in forgotten.iterator(chunk_size=_AT_ONCE) if tombstones.mark_of(number) not in marks]
    tombstones.write_down(missing)
    return len(missing)


def _standing() -> Iterator[tuple[int, str]]:
    rows = Person.objects.filter(forgotten_at=None).values_list("pk", "number")
    for pk, number in rows.iterator(chunk_size=_AT_ONCE):
        yield pk, tombstones.mark_of(number)
