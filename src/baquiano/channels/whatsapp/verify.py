"""Is it Meta who knocks? The signature of a webhook and the question it asks when the webhook is set up."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from baquiano.channels.protocol import RawRequest

SECRETS = ("app_secret", "previous_app_secret")
"""The settings that hold them."""

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


def signature_is_valid(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` signs exactly these bytes with one of the app secrets.

    Two secrets are in force while one is being replaced. The comparison takes the same time whatever differs. An empty
    secret signs nothing: anybody could know it.
    """
    signature = _SIGNATURE.fullmatch(header or "")
    if signature is None:
        return False
    is_valid = False
    for secret in filter(None, secrets):
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        is_valid |= hmac.compare_digest(signature[1], expected)
    return is_valid


def challenge(params: Mapping[str, str], token: str) -> str | None:
    """What to answer, as plain text, to Meta's question (`hub.mode`, `hub.verify_token`, `hub.challenge`).

    None: the question is not Meta's, or the token is not ours (answer 403). An empty token never matches.
    """
    offered = params.get("hub.verify_token", "").encode(errors="surrogatepass")
    is_ours = hmac.compare_digest(offered, token.encode(errors="surrogatepass"))
    if not token or not is_ours or params.get("hub.mode") != "subscribe":
        return None
    return params.get("hub.challenge") or None


def is_signed(request: RawRequest, settings: Mapping[str, str]) -> bool:
    secrets = [settings.get(name, "") for name in SECRETS]
    return request.method == "POST" and signature_is_valid(
        request.body, request.headers.get("x-hub-signature-256"), secrets
    )


def challenge_in(request: RawRequest, settings: Mapping[str, str]) -> str | None:
    """The answer to Meta's question, when the request is one."""
    if request.method != "GET":
        return None
    return challenge(dict(parse_qsl(urlsplit(request.url).query)), settings.get("verify_token", ""))
