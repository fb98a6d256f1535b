"""One question asked without a conversation: the same engine, the same tools, the same words."""

import time
from dataclasses import asdict, dataclass

from baquiano.channels.numbered import with_numbers
from baquiano.conversations.tools import KnowledgeTools, tools
from baquiano.conversations.wording import compose
from baquiano.engine.said import Said
from baquiano.engine.state import State
from baquiano.engine.turn import take_turn


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    country: str
    lang: str


@dataclass(frozen=True)
class Asked:
    """`article` and `choices` are topic ids; `level` is independent of the decision; `ms` is the time of the turn."""

    id: str
    decision: str
    article: str | None
    choices: list[str]
    level: str | None
    lang: str
    text: str
    ms: float

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def ask(question: Question, ready: KnowledgeTools | None = None) -> Asked:
    """As if somebody who has been greeted wrote only this."""
    ready = ready or tools()
    state = State(
        language=question.lang or "es",
        language_chosen=bool(question.lang),
        country=question.country,
        country_asked=bool(question.country),
        greeted=True,
    )
    begun = time.perf_counter()
    turn = take_turn(state, Said(question.text), ready)
    words = [compose(reply, turn.state, ready.pictures).message for reply in turn.replies]
    spent = (time.perf_counter() - begun) * 1000
    return Asked(
        id=question.id,
        decision=turn.outcome,
        article=turn.article or None,
        choices=list(turn.choices),
        level=turn.level,
        lang=turn.state.language,
        text="\n\n".join(with_numbers(message) for message in words),
        ms=round(spent, 2),
    )
