"""The chat on somebody else's page: a script that puts a button there, and a frame that only the pages of that site may hold.

The page around the frame can neither read it nor write in it: they tell each other "open", "close" and how many answers are new, and no
word. In the frame no cookie is set or read: see `visitor.Frame`.
"""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, cast

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_from_request, pgettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from baquiano.channels.models import Site
from baquiano.public import talk
from baquiano.public.pages import page, served, show
from baquiano.public.visitor import Frame

SCRIPT_LASTS = 60 * 60  # seconds: after that a browser asks whether it has changed
OURSELVES = "'self'"  # our own page to try it
ANYBODY = "*"  # may hold the page that says there is no such site: it holds a link, and nothing of anybody

View = Callable[..., HttpResponse]


@gzip_page
@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """`w.js`, the same for every site, so that a browser keeps it."""
    code = _script()
    tag = f'"{hashlib.sha256(code.encode()).hexdigest()[:20]}"'
    response: HttpResponse = HttpResponseNotModified()
    if request.headers.get("If-None-Match", "").removeprefix("W/") != tag:
        response = HttpResponse(code, content_type="text/javascript; charset=utf-8")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"public, max-age={SCRIPT_LASTS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@lru_cache
def _script() -> str:
    words = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words[code] = [
                pgettext("widget", "Write to us"),
                pgettext("widget", "Close"),
                pgettext("widget", "Open the chat in another window"),
            ]
    return render_to_string("public/w.js", {"words": json.dumps(words, ensure_ascii=False)})


def _in_the_frame(view: View) -> View:
    """`view(request, language, stand)` for a site that is open; only its pages may hold the answer."""

    @xframe_options_exempt
    @page
    @wraps(view)
    def door(request: HttpRequest, language: str, site: str) -> HttpResponse:
        found = Site.objects.filter(token=site).first()
        holders = [OURSELVES, *found.origins] if found else [ANYBODY]
        held = cast("Callable[[View], View]", csp_replace({"frame-ancestors": holders}))
        framed = held(view if found and found.is_open else _closed)
        response = framed(request, language, Frame(found) if found else None)
        response.headers["Cache-Control"] = "no-store"
        # With it our own forms say where they come from, also in browsers too old to say it otherwise; nobody else learns an address.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return door


def _closed(request: HttpRequest, language: str, stand: Frame | None) -> HttpResponse:
    """No such site, or it was closed: says so, with a link to our own page."""
    return show(request, "public/frame_closed.html", language, served(""), status=410 if stand else 404)


def _own_posts_only(view: View) -> View:
    """A form that another page fills in could put its own token here and read along. What does not prove that it comes from us is refused."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        come_from = request.headers.get("Sec-Fetch-Site", "")
        is_ours = come_from in ("same-origin", "none")  # none: by hand, as when reloading
        if not come_from:
            is_ours = request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
        if request.method == "POST" and not is_ours:
            return render(request, "ui/problem.html", {"problem": "refused"}, status=403)
        return view(request, *args, **kwargs)

    return door


@require_safe
def way_in(request: HttpRequest, site: str) -> HttpResponse:
    """Without a language: that of the site, else that of the browser."""
    found = Site.objects.filter(token=site).first()
    language = (found.language if found else "") or get_language_from_request(request)
    return redirect(reverse("public:frame_chat", kwargs={"site": site, "language": language}))


@_in_the_frame
@require_safe
def chat(request: HttpRequest, language: str, stand: Frame) -> HttpResponse:
    return talk.opened(request, language, stand)


@csrf_exempt  # no cookie means anything here: see `_own_posts_only` and `visitor.Frame`
@_in_the_frame
@_own_posts_only
def say(request: HttpRequest, language: str, stand: Frame) -> HttpResponse:
    if request.method != "POST":
        return redirect(stand.address("chat", language))
    return talk.said(request, language, stand)


@_in_the_frame
@require_safe
def messages(request: HttpRequest, language: str, stand: Frame) -> HttpResponse:
    return talk.news(request, language, stand)


@csrf_exempt  # as above
@_in_the_frame
@require_POST
@_own_posts_only
def forget(request: HttpRequest, language: str, stand: Frame) -> HttpResponse:
    talk.forgotten(request, language, stand)
    return show(request, "public/frame_forgotten.html", language, served(""), again=stand.address("chat", language))
