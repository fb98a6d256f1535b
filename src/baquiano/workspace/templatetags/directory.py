"""Fields of the directory that stand in a grid: their label is read to whoever does not see the head of their row."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def field_alone(bound: BoundField) -> SafeString:
    """The box itself, without the words around it. The widget brings its label, or one stands beside it."""
    attributes: dict[str, str | bool] = {"class": "control"}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return bound.as_widget(attrs=attributes)
