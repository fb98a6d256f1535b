"""Is it Telegram who knocks? It repeats, in a header, the secret it was given when the webhook was set."""

import hmac
from collections.abc import Mapping

from baquiano.channels.protocol import RawRequest

HEADER = "x-telegram-bot-api-secret-token"
SECRETS = ("webhook_secret", "previous_webhook_secret")
"""The settings that hold it. Both are right while Telegram changes over."""


def has_the_secret(request: RawRequest, settings: Mapping[str, str]) -> bool:
    """The comparison takes the same time whatever differs. An empty secret proves nothing: anybody could know it."""
    if request.method != "POST":
        return False
    offered = request.headers.get(HEADER, "").encode(errors="surrogatepass")
    is_known = False
    for name in SECRETS:
        secret = settings.get(name, "").encode(errors="surrogatepass")
        is_known |= bool(secret) and hmac.compare_digest(offered, secret)
    return is_known
