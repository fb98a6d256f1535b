"""How the API answers: pages, lines, problems, and the headers by which other programs may read and keep what they read.

No cookie is read or set. What a question said about where somebody is goes into no log, no error and no shared cache.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import http_date, parse_etags
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from baquiano.api.hsds import question as asking
from baquiano.api.hsds.question import PER_PAGE, BadQuestion, Question
from baquiano.api.hsds.shown import Today, today
from baquiano.directory.own_terms import LANGUAGE

CHUNK = 200  # rows written to a stream at a time

Json = dict[str, Any]
View = Callable[..., HttpResponseBase]
Answer = Callable[..., HttpResponseBase]


class Missing(Exception):
    """Nobody may read a row of that id here, or there is none: both look the same."""


@dataclass(frozen=True)
class Asked:
    """One request, read."""

    request: HttpRequest
    question: Question
    today: Today


def door(of: str, *, takes_posts: bool = False) -> Callable[[Answer], View]:
    """The view behind it gets an `Asked`. `of`: the name in `question.TAKEN`. A POST asks the same without writing it into an address."""
    methods = ("GET", "HEAD", "POST", "OPTIONS") if takes_posts else ("GET", "HEAD", "OPTIONS")

    def closed(answer: Answer) -> View:
        @csrf_exempt  # no cookie means anything here, and nothing is written
        @gzip_page
        @wraps(answer)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "OPTIONS":
                return _to_all(HttpResponse(status=204, headers=_allowed(methods)))
            if request.method not in methods:
                return _to_all(_with(problem(405, "This address is only read."), _allowed(methods)))
            with translation.override(LANGUAGE):
                return _to_all(_answered(request, of, answer, args, kwargs))

        return cast("View", opened)

    return closed


def _answered(request: HttpRequest, of: str, answer: Answer, args: Any, kwargs: Any) -> HttpResponseBase:
    try:
        question = asking.read(_given(request), of)
        now = today()
        tag = f'W/"{now.tag}"'
        if request.method != "POST" and _is_known(request, tag):
            response: HttpResponseBase = HttpResponse(status=304)
        else:
            response = answer(Asked(request, question, now), *args, **kwargs)
    except BadQuestion as fault:
        return problem(400, f"`{fault.parameter}` {fault}", parameter=fault.parameter)
    except Missing:
        return problem(404, "There is no row of this id.")
    is_private = question.is_about_a_place or request.method == "POST"
    response.headers.setdefault("Cache-Control", "private, no-store" if is_private else "public, no-cache")
    if not is_private and response.status_code in (200, 304):
        response.headers["ETag"] = tag
        if now.changed_at is not None:
            response.headers["Last-Modified"] = http_date(now.changed_at.timestamp())
    return response


def _given(request: HttpRequest) -> QueryDict:
    """What stands in the address and, of a POST, in the form."""
    if request.method != "POST":
        return request.GET
    both = request.GET.copy()
    both.update(request.POST)
    return both


def _is_known(request: HttpRequest, tag: str) -> bool:
    """By the tag alone: a date has whole seconds, and two changes fit into one."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or tag.removeprefix("W/") in {one.removeprefix("W/") for one in known}


def _with(response: HttpResponse, headers: dict[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _allowed(methods: Iterable[str]) -> dict[str, str]:
    said = ", ".join(methods)
    return {"Allow": said, "Access-Control-Allow-Methods": said, "Access-Control-Max-Age": "86400"}


def _to_all(response: HttpResponseBase) -> HttpResponseBase:
    """Any page of any site may read it; nobody's cookie comes along."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# -- bodies --------------------------------------------------------------------------------------------------------------


def as_json(body: Any) -> HttpResponse:
    return HttpResponse(_written(body), content_type="application/json")


def problem(status: int, detail: str, **more: str) -> HttpResponse:
    """As RFC 9457 writes them. `detail` never holds a value that was sent."""
    title = {400: "Bad question", 404: "Not found", 405: "Method not allowed"}[status]
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return HttpResponse(
        _written(body), status=status, content_type="application/problem+json", headers={"Cache-Control": "no-store"}
    )


def page(asked: Asked, found: Sequence[Any], show: Callable[[Sequence[Any]], list[Json]]) -> HttpResponseBase:
    """A page of `found`, or every row of it as lines; `show` makes the rows of some of them."""
    question = asked.question
    if question.format == "ndjson":
        lines = StreamingHttpResponse(_lines(found, show), content_type="application/x-ndjson")
        return cast("HttpResponseBase", lines)
    number = question.page or 1
    size = question.per_page or (max(len(found), 1) if question.minimal else PER_PAGE)
    pages = max(1, -(-len(found) // size))
    contents = show(found[(number - 1) * size : number * size])
    return as_json(
        {
            "total_items": len(found),
            "total_pages": pages,
            "page_number": number,
            "size": len(contents),
            "first_page": number == 1,
            "last_page": number >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )


def _lines(found: Sequence[Any], show: Callable[[Sequence[Any]], list[Json]]) -> Iterator[bytes]:
    """Read while it is being sent: nothing holds the whole directory in memory."""
    for start in range(0, len(found), CHUNK):
        with translation.override(LANGUAGE):
            rows = show(found[start : start + CHUNK])
        yield b"".join(_written(row) + b"\n" for row in rows)


def _written(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
