"""Choices as numbered lines, so that answering "2" works on every channel, with buttons or without."""

from collections.abc import Sequence

from baquiano.channels.protocol import Choice, OutMessage


def title(choice: Choice) -> str:
    """The title on one line."""
    return " ".join(choice.title.split())


def second_line(choice: Choice) -> str:
    """What else is said of it, on one line."""
    return " · ".join(part for part in (" ".join(choice.note.split()), " ".join(choice.more.split())) if part)


def numbered(choices: Sequence[Choice]) -> str:
    """One line a choice: its number, its whole title and what else is said of it."""
    return "\n".join(f"{place}. {_line(choice)}" for place, choice in enumerate(choices, 1))


def with_numbers(message: OutMessage) -> str:
    """The whole message as text: the words, and below them the choices."""
    return "\n\n".join(part for part in (message.text.strip(), numbered(message.choices)) if part)


def _line(choice: Choice) -> str:
    return " · ".join(part for part in (title(choice), second_line(choice)) if part)
