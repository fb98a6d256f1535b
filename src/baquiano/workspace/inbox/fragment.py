"""A part of a page that is asked for again and again: nothing is sent, and nothing moves, while it has not changed."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Fragment:
    """`seen` says which state the page shows; it comes back with the next poll."""

    html: SafeString
    seen: str


def fragment(template: str, context: dict[str, Any]) -> Fragment:
    """Rendered without the request: what is equal gives equal bytes (no token of a form is inside)."""
    html = SafeString(render_to_string(template, context).strip())
    return Fragment(html, hashlib.sha256(html.encode()).hexdigest()[:12])


def whole(text: str) -> int:
    """A number that came in an address: 0 for anything that is not one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def unchanged() -> HttpResponse:
    """htmx leaves the page as it is."""
    return HttpResponse(status=204)


def is_part(request: HttpRequest) -> bool:
    """Asked for by htmx, not by a person opening the address."""
    return request.headers.get("HX-Request") == "true"
