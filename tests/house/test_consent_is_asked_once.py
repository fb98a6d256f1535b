""" "¿Puede hacerse?" is asked where something leaves the house, and nowhere else: a second place would be a second answer."""

import ast

import pytest

from tests.house.stairs import PACKAGE

MAY_ASK = {"post", "referrals", "reports"}  # reports: exports
QUESTIONS = {"may", "may_all", "covers"}


def _asks(source: str) -> bool:
    """By name (`from …consenting import may`) or through the module (`consenting.may`)."""
    tree = ast.parse(source)
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "baquiano.people.consenting"
        for alias in node.names
    }
    through = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "consenting"
    }
    return bool(QUESTIONS & (imported | through))


def test_only_what_leaves_the_house_asks_whether_it_may() -> None:
    """`people` itself looks up what a fact may hang on."""
    asking = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] != "people" and _asks(path.read_text(encoding="utf-8"))
    }
    assert asking <= MAY_ASK
    assert "post" in asking


@pytest.mark.parametrize(
    ("source", "is_asked"),
    [
        ("from baquiano.people.consenting import may\nmay(1)", True),
        ("from baquiano.people.consenting import covers as c", True),
        ("from baquiano.people import consenting\nconsenting.may(1)", True),
        ("from baquiano.people import consenting\nconsenting.give(1)", False),
        ("from baquiano.accounts.policy import may\nmay(user, 'x')", False),
    ],
)
def test_a_second_place_is_noticed(source: str, is_asked: bool) -> None:
    assert _asks(source) is is_asked
