"""Where providers knock: one door for every kind of channel. Its adapter says whether they are who they say; the body is on disk before
the 200."""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from baquiano.channels.actions import keep_raw
from baquiano.channels.models import Channel
from baquiano.channels.protocol import RawRequest
from baquiano.channels.registry import sender_of

log = logging.getLogger(__name__)


@csrf_exempt  # a machine with a signature, not a browser with a cookie
def knock(request: HttpRequest, kind: str, channel: int, secret: str = "") -> HttpResponse:
    """200 once the body is kept; anything else makes the provider send it again. `secret` stands in the address for whoever can sign
    nothing: the adapter reads it there."""
    adapter = sender_of(kind)
    line = Channel.objects.filter(pk=channel, kind=kind).first() if adapter else None
    if adapter is None or line is None:
        return _plain("unknown channel", 404)
    if request.method not in ("GET", "POST"):
        return _plain("", 405)
    try:
        raw = _as_it_came(request)
    except RequestDataTooBig:
        return _plain("body too large", 413)
    known = {name: str(value) for name, value in (line.settings or {}).items()}
    answer = adapter.handshake(raw, known)
    if answer is not None:
        return _plain(answer, 200)
    if not adapter.is_genuine(raw, known):
        return _plain("wrong token" if request.method == "GET" else "wrong signature", 403)
    return _keep(line, adapter.kept(raw, known))


def _as_it_came(request: HttpRequest) -> RawRequest:
    """Under the public name of the installation: a provider signs the address it was given, whatever a proxy made of it."""
    return RawRequest(
        method=request.method or "",
        url=settings.ENVIRONMENT.url + request.get_full_path(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )


def _keep(line: Channel, body: bytes) -> HttpResponse:
    try:
        keep_raw(line, body)
    except DatabaseError as problem:
        log.error("a webhook could not be kept: %s", type(problem).__name__)
        return _plain("try again", 503)
    return _plain("", 200)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
