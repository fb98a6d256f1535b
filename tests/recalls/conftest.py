"""The phone and the house of the conversations: what was told comes from a real one."""

from tests.conversations.conftest import graph, house, line, phone

__all__ = ("graph", "house", "line", "phone")
