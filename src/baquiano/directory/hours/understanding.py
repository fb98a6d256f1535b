"""What an editor or a file writes as hours, in the one form in which they are kept."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from baquiano.directory.hours.notation import HoursNotUnderstood, Rule, rules_of, text_of
from baquiano.directory.hours.spanish import rules_in


def understand(text: str) -> str:
    """OpenStreetMap's notation or Spanish words, as OpenStreetMap writes them; "" stays "". Understood twice it is the same.

    Raises `HoursNotUnderstood`, with a sentence for whoever wrote it, also where both readings are possible ("mar 9:00-13:00": a Tuesday
    or the month of March).
    """
    if not text.strip():
        return ""
    written, refusal = _attempt(rules_of, text)
    if written is not None and text_of(written) == text:
        return text
    said, refusal = _attempt(rules_in, text)
    if written is None and said is None:
        raise refusal or HoursNotUnderstood(text)
    if written is not None and said is not None and text_of(written) != text_of(said):
        raise HoursNotUnderstood(
            _("“%(text)s” can be read in two ways: %(one)s, or %(other)s. Write the one you mean.")
            % {"text": text, "one": text_of(written), "other": text_of(said)}
        )
    return text_of(written or said or ())


def _attempt(
    read: Callable[[str], tuple[Rule, ...]], text: str
) -> tuple[tuple[Rule, ...] | None, HoursNotUnderstood | None]:
    try:
        return read(text), None
    except HoursNotUnderstood as refusal:
        return None, refusal
