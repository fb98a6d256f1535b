"""A text as it would be said on each channel, before anybody may say it."""

from dataclasses import dataclass

from baquiano.conversations.pages import AnswerPage, page_of
from baquiano.conversations.wording import Speaker, answer, closed_line, pictures
from baquiano.knowledge.shelf import Text


@dataclass(frozen=True)
class Preview:
    """`spoken`: what SMS and a voice say first."""

    whatsapp: str
    page: AnswerPage
    spoken: str


def preview(text: Text) -> Preview:
    """In Spanish, in the wording of its country."""
    voice = Speaker("es", text.country, pictures())
    spoken = " ".join(part for part in (closed_line(text, voice), text.first_sentence) if part)
    return Preview(answer(text, voice), page_of(text, (), voice), spoken)
