"""Reading the directory of another server, page after page, politely: one request at a time, with an end to everything.

A server that says one thing and gives another is noticed: a page twice, fewer or more rows than it said, one id again and again.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import httpx
from django.utils.translation import gettext as _

from baquiano.directory import fetching, layouts
from baquiano.directory.documents import CannotRead, Feed, Json, RowError
from baquiano.directory.fetching import Fetched, Unreachable
from baquiano.directory.files import AUTO, CURRENT, PAGE_LISTS
from baquiano.directory.values import text

MOST_PAGES = 2_000
MOST_ITEMS = 100_000
WHOLE_WITHIN = 1_800.0
REST = 0.05
TRIES = 3
NO_SUCH_PAGE = (400, 404, 410, 416, 422)
_NEEDS_MORE = ("service_at_locations", "schedules", "phones")

_PAGES_SAID = ("total_pages", "totalPages")
_ITEMS_SAID = ("total_items", "totalElements", "total", "count")

Say = Callable[[str], None]


class NotUsable(Unreachable):
    """There was an answer, and it is none to read from. `status`: of HTTP."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


def is_address(path: str) -> bool:
    return path.lower().startswith(("http://", "https://"))


def from_server(url: str, *, say: Say, layout: str = AUTO) -> Feed:
    """`url` is the base of the API, its /services, or a file that holds them. Raises `CannotRead`."""
    with fetching.client() as client:
        walk = _Walk(client, say)
        try:
            return walk.feed(url, layout)
        except Unreachable as reason:
            raise CannotRead(
                _("%(url)s gives no answer that we can use: %(reason)s.") % {"url": walk.at, "reason": reason}
            ) from None


class _Walk:
    def __init__(self, client: httpx.Client, say: Say) -> None:
        self.client = client
        self.say = say
        self.at = ""
        self.remarks: list[RowError] = []
        self.until = time.monotonic() + WHOLE_WITHIN

    def feed(self, url: str, layout: str) -> Feed:
        first, address = self._first_page(url)
        items = self._pages(first, address)
        whole = self._whole(items, address)
        feed = layouts.from_services(whole, is_current=None if layout == AUTO else layout == CURRENT)
        return feed.remarking(self.remarks)

    def _first_page(self, url: str) -> tuple[Any, str]:
        """The base of an API is no page, and often no JSON: its services are one step further."""
        self.at = url
        try:
            plain = urlunsplit(urlsplit(url)._replace(fragment=""))
        except ValueError:
            raise Unreachable(_("not an address of the web")) from None
        reason = None
        try:
            found = self._json(plain, {})
            if _items_of(found) is not None:
                return found, plain
        except NotUsable as said:
            reason = said
        address = _further(plain, "services")
        try:
            found = self._json(address, {})
        except Unreachable as said:
            self.at = plain if reason else address
            raise reason or said from None
        if _items_of(found) is None:
            raise CannotRead(_("There are no services at %(url)s.") % {"url": address})
        return found, address

    def _pages(self, first: Any, address: str) -> list[tuple[str, Any]]:
        """Every row of every page. Ends at the last page it was told of (where it was told of none: at one that is not there), at an empty
        page, or at one that was here before.
        """
        rows: list[tuple[str, Any]] = []
        seen: set[str] = set()
        page, found = 1, first
        said_pages, said_items = _number(first, *_PAGES_SAID), _number(first, *_ITEMS_SAID)
        while found is not None:
            items = _items_of(found) or []
            print_of = hashlib.sha256(repr(items).encode("utf-8", "replace")).hexdigest()
            if page > 1 and print_of in seen:
                if said_pages:
                    told = _("page %(page)s is one that we had before: stopped there") % {"page": page}
                    self._remark(address, "page", told)
                break
            seen.add(print_of)
            self._check_page(found, page, items, address)
            rows += [
                (_("page %(page)s, item %(item)s") % {"page": page, "item": place}, item)
                for place, item in enumerate(items, 1)
            ]
            self._say_page(page, said_pages, len(rows))
            is_last = said_pages is not None and page >= said_pages
            if not items or is_last or len(rows) >= MOST_ITEMS:
                break
            page += 1
            if page > MOST_PAGES or time.monotonic() > self.until:
                raise CannotRead(_("It has no end: stopped after %(pages)s pages.") % {"pages": page - 1})
            found = self._another(address, page, is_told_of=said_pages is not None)
        self._compare(rows, said_items, address)
        return rows

    def _another(self, address: str, page: int, *, is_told_of: bool) -> Any:
        """None: a server that does not say how many pages it has answers that there is no such page."""
        try:
            return self._json(address, {"page": str(page)})
        except NotUsable as said:
            if is_told_of or said.status not in NO_SUCH_PAGE:
                raise
            return None

    def _say_page(self, page: int, pages: int | None, items: int) -> None:
        if pages is None:
            self.say(_("page %(page)s: %(items)s services") % {"page": page, "items": items})
        else:
            told = _("page %(page)s of %(pages)s: %(items)s services")
            self.say(told % {"page": page, "pages": pages, "items": items})

    def _check_page(self, found: Any, page: int, items: list[Any], address: str) -> None:
        if not isinstance(found, dict):
            return
        told = _number(found, "page_number")
        if told is not None and told != page:
            text_ = _("asked for page %(page)s, it says that this is page %(told)s") % {"page": page, "told": told}
            self._remark(address, "page_number", text_)
        size = _number(found, "size")
        if "contents" in found and size is not None and size != len(items):
            text_ = _("page %(page)s says that it holds %(said)s items and holds %(held)s")
            self._remark(address, "size", text_ % {"page": page, "said": size, "held": len(items)})

    def _compare(self, rows: list[tuple[str, Any]], said: int | None, address: str) -> None:
        ids = Counter(text(item.get("id")) for _where, item in rows if isinstance(item, dict))
        if said is not None and said != len(rows):
            text_ = _("says that there are %(said)s items and gave %(held)s, of which %(different)s are different")
            self._remark(address, "total_items", text_ % {"said": said, "held": len(rows), "different": len(ids)})

    def _whole(self, rows: list[tuple[str, Any]], address: str) -> list[tuple[str, Any]]:
        """Lists hold short rows: each service is asked for by its id, once, as HSDS has it. A server without that keeps its short rows."""
        whole: list[tuple[str, Any]] = []
        asked: set[str] = set()
        is_made = urlsplit(address).path.rstrip("/").endswith("/services")
        for where, item in rows:
            pk = text(item.get("id")) if isinstance(item, dict) else ""
            if not is_made or not pk or pk in asked or any(item.get(name) for name in _NEEDS_MORE):
                whole.append((where, item))
                continue
            asked.add(pk)
            if time.monotonic() > self.until:
                raise CannotRead(_("It takes too long: stopped after %(count)s services.") % {"count": len(whole)})
            single = _further(address, quote(pk, safe=""))
            found = self._one(single)
            if found is None and not whole:
                is_made = False
                self._remark(address, "", _("does not give single services: what its list says is all there is"))
            elif found is None:
                self._remark(single, "", _("no answer: taken as its list says it"))
            whole.append((where, found or item))
            if len(whole) % 50 == 0:
                self.say(_("%(count)s of %(all)s services read") % {"count": len(whole), "all": len(rows)})
        return whole

    def _one(self, url: str) -> Json | None:
        try:
            found = self._json(url, {})
        except (Unreachable, CannotRead):
            return None
        return found if isinstance(found, dict) and "id" in found else None

    def _json(self, url: str, given: dict[str, str]) -> Any:
        answer = self._get(url, given)
        if not answer.is_fine:
            raise NotUsable(f"HTTP {answer.status}", answer.status)
        try:
            return answer.as_json()
        except (ValueError, RecursionError):
            raise NotUsable(_("it is not JSON"), answer.status) from None

    def _get(self, url: str, given: dict[str, str]) -> Fetched:
        """Once more after a pause where the server is busy."""
        self.at = url
        time.sleep(REST)
        for attempt in range(1, TRIES + 1):
            answer = fetching.fetch(self.client, url, given)
            if answer.status not in (429, 502, 503, 504) or attempt == TRIES:
                return answer
            time.sleep(attempt)
        raise AssertionError("the loop returns")

    def _remark(self, where: str, column: str, told: str) -> None:
        self.remarks.append(RowError(where, column, told))


def _items_of(found: Any) -> list[Any] | None:
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return next((found[name] for name in PAGE_LISTS if isinstance(found.get(name), list)), None)
    return None


def _number(found: Any, *names: str) -> int | None:
    """The first of them that is a whole number, also one that was written as a text."""
    said = (found.get(name) for name in names) if isinstance(found, dict) else ()
    for value in said:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
            return int(value)
    return None


def _further(address: str, step: str) -> str:
    """One step down the path; what is asked for beside it stays, except for the pages of a list."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "page"]
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{step}", query=urlencode(kept)))
