"""Is it the provider who knocks? Twilio signs the address and the fields; a gateway that can sign nothing was given a secret."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from baquiano.channels.protocol import RawRequest
from baquiano.channels.sms.gateway import of_text

SIGNATURE = "x-twilio-signature"
TOKENS = ("auth_token", "previous_auth_token")
SECRETS = ("webhook_secret", "previous_webhook_secret")


def is_genuine(request: RawRequest, settings: Mapping[str, str]) -> bool:
    if settings.get("provider") == "http":
        return _has_the_secret(request, settings)
    return request.method == "POST" and _is_signed(request, settings)


def twilio_signature(url: str, body: bytes, token: str) -> str:
    """Base64 of the HMAC-SHA1 over the whole address and then each field's name and value, sorted by name (Twilio, "Validating requests").

    A value that comes twice under one name counts once.
    """
    fields: dict[str, set[str]] = {}
    for name, value in parse_qsl(body.decode(errors="replace"), keep_blank_values=True):
        fields.setdefault(name, set()).add(value)
    told = url + "".join(f"{name}{value}" for name in sorted(fields) for value in sorted(fields[name]))
    digest = hmac.new(token.encode(), told.encode(errors="replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _is_signed(request: RawRequest, settings: Mapping[str, str]) -> bool:
    """Both tokens are right while one is being replaced. An empty one signs nothing: anybody could know it."""
    offered = request.headers.get(SIGNATURE, "").encode(errors="surrogatepass")
    is_signed = False
    for token in (settings.get(name, "") for name in TOKENS):
        expected = twilio_signature(request.url, request.body, token).encode()
        is_signed |= bool(token) and hmac.compare_digest(offered, expected)
    return is_signed


def _has_the_secret(request: RawRequest, settings: Mapping[str, str]) -> bool:
    """In its header, or as the last part of the address. The comparison takes the same time whatever differs."""
    gateway = of_text(settings.get("gateway", ""))
    if gateway is None:
        return False
    in_path = urlsplit(request.url).path.rstrip("/").rpartition("/")[2]
    in_header = request.headers.get(gateway.receive.secret_header.lower(), "")
    is_known = False
    for secret in (settings.get(name, "").encode(errors="surrogatepass") for name in SECRETS):
        for offered in (in_path, in_header):
            is_known |= bool(secret) and hmac.compare_digest(offered.encode(errors="surrogatepass"), secret)
    return is_known
