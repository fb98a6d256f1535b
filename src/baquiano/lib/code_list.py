"""A few short codes in one readable column: " food shelter ". Any database can ask whether one is among them."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    _Text = models.TextField[Any, Any]
else:
    _Text = models.TextField  # generic for the type checker only


def has(field: str, code: str) -> Q:
    """The rows whose list `field` holds `code`."""
    return Q(**{f"{field}__contains": f" {code} "})


class CodeList(_Text):
    """In Python a tuple of codes without spaces, in the order given, each once; in the table one text with a space around each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", tuple)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> tuple[str, ...]:
        return tuple((value or "").split())

    def to_python(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            return tuple(dict.fromkeys(value.split()))
        return tuple(dict.fromkeys(value or ()))

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, str):  # part of a question ("does it hold …")
            return value
        codes = self.to_python(value)
        if any(len(code.split()) != 1 for code in codes):
            raise ValidationError("a code has no space in it")
        return f" {' '.join(codes)} " if codes else ""

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))
