import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.engine.tools import Decision
from baquiano.knowledge.search.decision import Probabilities, Thresholds, choices, decide, is_open

LIMITS = Thresholds(answer_right=0.6, answer_scope=0.95, choices_scope=0.5, outside_scope=0.2)
chance = st.floats(0, 1)


@pytest.mark.parametrize(
    ("right", "scope", "smalltalk", "decision"),
    [
        (0.9, 0.99, 0.0, Decision.ANSWER),
        (0.9, 0.90, 0.0, Decision.CHOICES),
        (0.5, 0.99, 0.0, Decision.CHOICES),
        (0.9, 0.30, 0.1, Decision.UNSURE),
        (0.9, 0.10, 0.0, Decision.OUTSIDE),
        (0.1, 0.10, 0.7, Decision.SMALL_TALK),
        (0.1, 0.55, 0.4, Decision.CHOICES),
    ],
)
def test_each_decision(right: float, scope: float, smalltalk: float, decision: Decision) -> None:
    assert decide(Probabilities(right, scope, smalltalk), LIMITS, is_open=False) is decision


@given(chance, chance, chance)
def test_while_something_is_unsaid_nothing_is_answered_plainly(right: float, scope: float, smalltalk: float) -> None:
    assert decide(Probabilities(right, scope, smalltalk), LIMITS, is_open=True) is not Decision.ANSWER


@given(chance, chance, chance, st.booleans())
def test_a_plain_answer_needs_both_probabilities(right: float, scope: float, smalltalk: float, unsaid: bool) -> None:
    if decide(Probabilities(right, scope, smalltalk), LIMITS, is_open=unsaid) is Decision.ANSWER:
        assert right >= LIMITS.answer_right
        assert scope >= LIMITS.answer_scope


def test_one_word_or_an_open_country_leaves_too_much_unsaid() -> None:
    assert is_open(length=1, is_country_open=False)
    assert is_open(length=9, is_country_open=True)
    assert not is_open(length=2, is_country_open=False)


def test_choices_are_the_best_three() -> None:
    assert choices([3, 1, 0, 2], [None] * 4, is_country_open=False) == (3, 1, 0)
    assert choices([1], [None, "CO"], is_country_open=True) == (1,)


def test_while_the_country_is_open_the_best_of_the_other_country_comes_second() -> None:
    countries = ["CO", "CO", "CO", "CL", None]
    assert choices([0, 1, 4, 2, 3], countries, is_country_open=True) == (0, 3, 1)
