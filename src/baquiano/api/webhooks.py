"""Where providers knock. The signature over the raw bytes is the key; the body is on disk before the 200."""

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from baquiano.channels.actions import keep_raw
from baquiano.channels.models import Channel
from baquiano.channels.whatsapp.verify import challenge, signature_is_valid

log = logging.getLogger(__name__)


@csrf_exempt  # a machine with a signature, not a browser with a cookie
def whatsapp(request: HttpRequest, channel: int) -> HttpResponse:
    """GET: Meta's handshake. POST: 200 once the body is kept; anything else makes Meta send it again for days."""
    line = Channel.objects.filter(pk=channel, kind=Channel.ChannelKind.WHATSAPP).first()
    if line is None:
        return _plain("unknown channel", 404)
    if request.method == "GET":
        answer = challenge(request.GET, line.setting("verify_token"))
        return _plain(answer, 200) if answer is not None else _plain("wrong token", 403)
    if request.method != "POST":
        return _plain("", 405)
    return _keep(request, line)


def _keep(request: HttpRequest, line: Channel) -> HttpResponse:
    try:
        body = request.body
    except RequestDataTooBig:
        return _plain("body too large", 413)
    secrets = [line.setting("app_secret"), line.setting("previous_app_secret")]
    if not signature_is_valid(body, request.headers.get("X-Hub-Signature-256", ""), [s for s in secrets if s]):
        return _plain("wrong signature", 403)
    try:
        keep_raw(line, body)
    except DatabaseError as problem:
        log.error("a webhook could not be kept: %s", type(problem).__name__)
        return _plain("try again", 503)
    return _plain("", 200)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
