"""Headers every answer carries: no caching of pages, no third party, nothing about us leaks to the next site.

What our own script fetches is no page, and carries no rules for pages: somebody pays for each byte of it.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from baquiano.public.talk import FRAGMENT, OVER, TONGUE
from baquiano.public.visitor import TOKEN


class HeadersMiddleware:
    """Only headers: no rule of the house lives here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


NEEDED = frozenset(
    header.lower()
    for header in (
        "Cache-Control", "Content-Encoding", "Content-Length", "Content-Type", "Location", "Retry-After", "Set-Cookie",
        OVER, TOKEN, TONGUE,
    )
)  # fmt: skip
ABOUT_CONTENT = ("Content-Type", "Content-Length")


class BareMiddleware:
    """Outermost: takes every header that our script does not use from what it fetches. No link, form or other site can ask as it does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if FRAGMENT not in request.headers:
            return response
        for header in [header for header in response.headers if header.lower() not in NEEDED]:
            del response.headers[header]
        if response.status_code == 204:
            for header in ABOUT_CONTENT:
                del response.headers[header]
        return response
