"""Who writes through the web chat: a random token in a cookie, set with the first message and never before.

Nobody has a name here. The token opens one conversation for three days on this device, so that an answer given on Monday reaches whoever
asked on Friday; leaving in a hurry, deleting or closing the conversation throws it away.

The token of a newcomer is derived from the random id that the page gave to the first message: when that message is sent twice (a double
tap, a reply lost on the way), both arrive in the same conversation.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import actions
from baquiano.conversations.models import Conversation
from baquiano.lib import crypto

COOKIE = "chat"
COOKIE_LASTS = timedelta(days=3)
LONGEST_TOKEN = 64
UNGUESSABLE = 20  # characters of a client id from which a token may be derived


@dataclass(frozen=True)
class Visitor:
    """`is_known`: the browser brought a token of ours; whether its conversation still lives is another question."""

    alias: Alias
    is_known: bool

    def conversation(self) -> Conversation | None:
        return actions.living(web(), self.alias)

    def keep_token(self, response: HttpResponse) -> None:
        response.set_cookie(
            COOKIE,
            self.alias.value,
            max_age=COOKIE_LASTS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def visitor(request: HttpRequest, client_id: str = "") -> Visitor:
    """By the cookie; without one, by the id of the first message."""
    token = request.COOKIES.get(COOKIE, "")
    if 0 < len(token) <= LONGEST_TOKEN:
        return Visitor(Alias(Scheme.WEB, token), is_known=True)
    fresh = crypto.keyed_hash(client_id, "web token") if len(client_id) >= UNGUESSABLE else secrets.token_urlsafe(24)
    return Visitor(Alias(Scheme.WEB, fresh), is_known=False)


def new_client_id() -> str:
    """The id of the next message of a page."""
    return secrets.token_urlsafe(18)


def drop_token(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def web() -> Channel:
    return Channel.objects.get(kind=Channel.ChannelKind.WEBCHAT)
