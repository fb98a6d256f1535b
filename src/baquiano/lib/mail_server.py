"""The mail server that mails are handed in to, read from one line: smtp://user:password@mail.example.org:587?tls=starttls."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

_TLS_OF_SCHEME = {"smtp": "starttls", "smtps": "implicit"}
_PORT_OF_TLS = {"starttls": 587, "implicit": 465, "none": 25}


class BadMailServer(ValueError):
    """What is wrong with the line, without its password."""


@dataclass(frozen=True)
class MailServer:
    """`tls`: "starttls", "implicit" or "none". `user` empty: it asks for no name. `sender`: the address that mails come from.
    `answer_within`: seconds for each thing it is asked.
    """

    host: str
    port: int
    tls: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    answer_within: float = 10.0


def parse(url: str, sender: str) -> MailServer:
    """Raises `BadMailServer`: better now than in the night in which somebody should have been called."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half a bracket
        raise BadMailServer("it is not an address") from None
    tls = parse_qs(parts.query).get("tls", [_TLS_OF_SCHEME.get(parts.scheme, "")])[0]
    if parts.scheme not in _TLS_OF_SCHEME or tls not in _PORT_OF_TLS or not parts.hostname:
        raise BadMailServer("it is not like smtp://user:password@mail.example.org:587?tls=starttls")
    if "@" not in parseaddr(sender)[1]:
        raise BadMailServer("the address that mails come from is missing")
    if tls == "none" and parts.username:
        raise BadMailServer("its password would travel unencrypted: write tls=starttls or tls=implicit")
    try:
        port = parts.port or _PORT_OF_TLS[tls]
    except ValueError:
        raise BadMailServer("its port is not a number; a special sign in the password is written like %40") from None
    return MailServer(parts.hostname, port, tls, sender, unquote(parts.username or ""), unquote(parts.password or ""))
