"""Who writes through the web chat: a random token, given out with the first page or message and never before.

Nobody has a name here. On our own site the token is a cookie, set with the first message. In a frame on somebody else's page browsers keep
no cookies of ours: there the page itself carries the token, in its form (docs/decisions/0017-the-widget-keeps-its-own-token.md). Either
opens one conversation for three days on this device, so that an answer given on Monday reaches whoever asked on Friday; leaving in a
hurry, deleting or closing the conversation throws it away.

The cookie of a newcomer is derived from the random id that the page gave to the first message: when that message is sent twice (a double
tap, a reply lost on the way, two tabs), both arrive in the same conversation.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.models import Channel, Site
from baquiano.conversations import actions
from baquiano.conversations.models import Conversation
from baquiano.lib import crypto

COOKIE = "chat"
TOKEN = "X-Chat-Token"  # in a frame: from the script with each look, and back to it when a new conversation begins
COOKIE_LASTS = timedelta(days=3)
LONGEST_TOKEN = 64
UNGUESSABLE = 20  # characters of a client id from which a token may be derived
UNGUESSABLE_HASH = 32  # hex digits: the cookie goes along with every request, and somebody pays for it
SIGNED = 16  # characters at the end of a frame's token, by which we know that we gave it out, and for which site


@dataclass(frozen=True)
class Visitor:
    """`is_known`: the browser brought a token of ours; whether its conversation still lives is another question.

    `page_token`: what the next page must carry, in a frame.
    """

    alias: Alias
    is_known: bool
    page_token: str = ""

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
    fresh = (
        crypto.keyed_hash(client_id, "web token")[:UNGUESSABLE_HASH]
        if len(client_id) >= UNGUESSABLE
        else secrets.token_urlsafe(24)
    )
    return Visitor(Alias(Scheme.WEB, fresh), is_known=False)


def new_client_id() -> str:
    """The id of the next message of a page."""
    return secrets.token_urlsafe(18)


def drop_token(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def web() -> Channel:
    return Channel.objects.get(kind=Channel.ChannelKind.WEBCHAT)


# Where the chat stands ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnPage:
    """On our own site: the browser brings the token by itself."""

    template = "public/chat.html"
    site = None

    def visitor(self, request: HttpRequest, client_id: str = "") -> Visitor:
        return visitor(request, client_id)

    def address(self, what: str, language: str) -> str:
        """Of "chat", "say", "messages" or "forget"."""
        return reverse(f"public:{what}", kwargs={"language": language})

    def new_token(self) -> str:
        """Comes with the cookie of the next message."""
        return ""

    def keep(self, who: Visitor, response: HttpResponse) -> None:
        who.keep_token(response)

    def drop(self, response: HttpResponse) -> None:
        drop_token(response)


@dataclass(frozen=True)
class Frame:
    """On a page of somebody else's: no cookie is set or read, so nothing happens there without the token that the page carries.

    A token is of one site: on another one, or as a cookie, it opens nothing.
    """

    site: Site
    template = "public/frame.html"

    def visitor(self, request: HttpRequest, _client_id: str = "") -> Visitor:
        brought = request.POST.get("token", "") or request.headers.get(TOKEN, "")
        is_ours = len(brought) <= LONGEST_TOKEN and hmac.compare_digest(
            brought.encode(), self._signed(brought[:-SIGNED]).encode()
        )
        token = brought if is_ours else self.new_token()
        value = crypto.keyed_hash(token, f"frame {self.site.token}")
        return Visitor(Alias(Scheme.WEB, value), is_known=is_ours, page_token=token)

    def address(self, what: str, language: str) -> str:
        return reverse(f"public:frame_{what}", kwargs={"site": self.site.token, "language": language})

    def new_token(self) -> str:
        return self._signed(secrets.token_urlsafe(24))

    def keep(self, who: Visitor, response: HttpResponse) -> None:
        """The page keeps it."""

    def drop(self, response: HttpResponse) -> None:
        response.headers[TOKEN] = self.new_token()

    def _signed(self, random: str) -> str:
        return random + crypto.keyed_hash(random, f"frame token {self.site.token}")[:SIGNED]


Stand = OwnPage | Frame
