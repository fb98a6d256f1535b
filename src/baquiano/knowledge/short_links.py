"""Short codes that lead to an article's page in one country: the same whatever its versions say, and never to a version.

A code is forty bits of a hash of the article's id and the country, in the alphabet of Douglas Crockford's base 32: no I, L, O or U, so that
it can be copied from paper by hand (https://www.crockford.com/base32.html).
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from baquiano.knowledge.models import Article

_RFC_4648, _CROCKFORD = "abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghjkmnpqrstvwxyz"
_WRITTEN = str.maketrans(_RFC_4648, _CROCKFORD)
_MISREAD = str.maketrans("oil", "011")


@dataclass(frozen=True)
class Destination:
    """`topic` empty: a page that no question leads to."""

    article: str
    topic: str
    country: str


def code_of(article: str, country: str) -> str:
    """Eight characters."""
    digest = hashlib.sha256(f"{article}|{country}".encode()).digest()
    return base64.b32encode(digest[:5]).decode().lower().translate(_WRITTEN)


def destination(code: str, countries: Sequence[str]) -> Destination | None:
    """Where a code leads, as somebody may have copied it; None when it never led anywhere. What may be said there is not asked."""
    wanted = code.lower().translate(_MISREAD)
    for article, topic, own in Article.objects.order_by("id").values_list("id", "topic_id", "country"):
        for country in [own] if own else countries:
            if code_of(article, country) == wanted:
                return Destination(article, topic or "", country)
    return None
