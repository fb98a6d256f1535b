"""Is that server an HSDS server? Walks it as the known checker does, and says what is wrong in words its owner can act on.

The way (facts of `OpenReferralUK/oruk-validator`): the base address → its OpenAPI document, references resolved → every GET without an id →
first, middle and last page → some rows by their ids → each body against the described schema and against HSDS itself, formats too.
Reads only, one request at a time, a few dozen in all. Nothing here says anything about whether what a row tells is true.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin

import httpx
from django.utils.translation import gettext as _

from baquiano.directory import described
from baquiano.directory.described import CannotResolve, Description, Endpoint, standard
from baquiano.directory.fetching import Fetched, Unreachable, asked, client, fetch, origin
from baquiano.lib.text import clip

NOT_MADE = (404, 405, 410, 501)  # how a server says that it does not have this
DETAILS = 4  # rows of each list that are asked for by their id
PAGES = 3  # that a list has at least when it is walked, if it has so many rows
NOBODY = "00000000-0000-4000-8000-000000000000"
TOLD = 5  # ids named in one sentence
FAULTS = 12  # told of one answer
WHOLE_WITHIN = 900.0  # seconds for everything
ENVELOPE: dict[str, type] = {
    "total_items": int, "total_pages": int, "page_number": int, "size": int, "first_page": bool, "last_page": bool,
    "empty": bool, "contents": list,
}  # fmt: skip

_FIELD = re.compile(r"[A-Za-z_]\w*(\[\d+\])?(\.|:)")

Json = dict[str, Any]
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class Outcome:
    """Errors: it does not conform. Warnings: it may, and somebody should look."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        return not self.errors


def check(url: str, say: Callable[[str], None]) -> Outcome:
    """Every request is said before it is made. Raises nothing: a server that does not answer is an error of its own.

    What the address asks for (a key, "?key=…") is asked for with every request to that server, and with no other.
    """
    outcome = Outcome()
    base, _mark, query = url.partition("#")[0].partition("?")
    with client() as open_client:
        _Walk(base.rstrip("/") + "/", say, outcome, open_client, dict(parse_qsl(query))).walk()
    return outcome


@dataclass
class _Page:
    """One page as it came, after its envelope was looked at. `ids` are texts, as they stand there."""

    asked: str
    body: Json
    ids: list[str]

    def number(self, name: str) -> int:
        value = self.body.get(name)
        return value if type(value) is int else 0


@dataclass
class _Walk:
    base: str
    say: Callable[[str], None]
    outcome: Outcome
    client: httpx.Client
    kept: dict[str, str] = field(default_factory=dict)
    description: Description | None = None
    until: float = field(default_factory=lambda: time.monotonic() + WHOLE_WITHIN)

    def walk(self) -> None:
        """The base, its description, then each list with its rows."""
        root = self._fine(self.base)
        if root is None:
            return
        about = self._json(root, self.base)
        endpoints, root_url = self._described(about if isinstance(about, dict) else {})
        details = {one.listed: one for one in endpoints if one.listed}
        for endpoint in endpoints:
            if not endpoint.listed and endpoint.path.rstrip("/") and "{" not in endpoint.path:
                self._list(endpoint, root_url, details.get(endpoint.path.rstrip("/")))

    # -- the base and its description

    def _described(self, about: Json) -> tuple[list[Endpoint], str]:
        version = about.get("version")
        if not isinstance(version, str):
            self._error(self.base, _("does not say its `version` of HSDS"))
        elif not version.startswith("3"):
            self._warn(
                self.base,
                _("says version %(version)s: what follows is judged by HSDS 3.1") % {"version": _clipped(version)},
            )
        self._profile(about.get("profile"))
        address = about.get("openapi_url")
        self.description = self._description(_joined_url(self.base, address)) if isinstance(address, str) else None
        if not isinstance(address, str):
            self._error(self.base, _("has no `openapi_url`: the paths of the standard are tried"))
        if self.description is None:
            return standard(), self.base
        endpoints = self.description.endpoints()
        for name, path in ((described.REQUIRED, "/services"), (described.REQUIRED, "/services/{id}")):
            if not any(one.name == name and bool(one.listed) == ("{" in path) for one in endpoints):
                self._error(self.description.url, _("does not describe the required GET %(path)s") % {"path": path})
        server = self.description.server()
        return endpoints, server if server and origin(server) == origin(self.base) else self.base

    def _profile(self, profile: Any) -> None:
        if not isinstance(profile, str):
            told = _("has no `profile`: whoever adds to HSDS must say where that is written down")
            self._warn(self.base, told)
            return
        answer = self._ask(_joined_url(self.base, profile), {}, self._warn)
        if answer is not None and not answer.is_fine:
            self._warn(profile, _("the profile answers %(status)s") % {"status": answer.status})

    def _description(self, url: str) -> Description | None:
        answer = self._fine(url)
        document = self._json(answer, url) if answer is not None else None
        if document is None:
            return None
        if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
            self._error(url, _("is no OpenAPI document: it has no `paths`"))
            return None
        description = Description(url, document, self._load)
        for reference in description.missing:
            told = _("refers to %(reference)s, which cannot be read: HSDS itself is used instead")
            self._warn(url, told % {"reference": _clipped(reference)})
        return description

    def _load(self, url: str) -> Any:
        """What a description refers to. Only from its own server or, encrypted, from another."""
        if (origin(url) != origin(self.base) and origin(url)[0] != "https") or time.monotonic() > self.until:
            raise LookupError(url)
        self.say(f"GET {url}")
        try:
            answer = fetch(self.client, url, self.kept if origin(url) == origin(self.base) else {})
            if answer.is_fine:
                return answer.as_json()
        except (Unreachable, ValueError, RecursionError) as fault:
            raise LookupError(url) from fault
        raise LookupError(url)

    # -- a list

    def _list(self, endpoint: Endpoint, root: str, detail: Endpoint | None) -> None:
        url = root.rstrip("/") + endpoint.path
        if endpoint.needs:
            told = _("cannot be asked without %(names)s: left out") % {"names": ", ".join(sorted(endpoint.needs))}
            self._warn(url, told)
            return
        if "page" not in endpoint.parameters:
            self._unpaged(endpoint, url, detail)
            return
        first = self._page(endpoint, url, {"page": "1"})
        if first is None:
            return
        pages = self._pages(endpoint, url, first)
        for fault in _together_faults(pages):
            self._error(url, fault)
        ids = list(dict.fromkeys(one for page in pages for one in page.ids))
        if not ids:
            self._warn(url, _("has no rows: nothing of it could be looked at"))
        self._rows(endpoint, detail, root, ids)

    def _unpaged(self, endpoint: Endpoint, url: str, detail: Endpoint | None) -> None:
        """Of the standard's own lists, each must have pages; what else a server has only has to be as it is described."""
        if endpoint.object:
            self._error(url, _("is a list without `page`: lists must be paginated"))
        answer = self._answer(endpoint, url, {})
        body = self._json(answer, url) if answer is not None and (endpoint.object or endpoint.schema) else None
        if body is not None:
            self._judge(endpoint.schema, "", body, url)
        if detail is not None and isinstance(body, list):
            ids = [str(row["id"]) for row in body if isinstance(row, dict) and "id" in row]
            self._rows(endpoint, detail, url.removesuffix(endpoint.path), ids)

    def _pages(self, endpoint: Endpoint, url: str, first: _Page) -> list[_Page]:
        """First, middle and last; of a list that fits in fewer, smaller pages are asked for."""
        rows, given = first.number("total_items"), {}
        if first.number("total_pages") < PAGES <= rows and "per_page" in endpoint.parameters:
            given = {"per_page": str(rows // PAGES)}
            smaller = self._page(endpoint, url, {"page": "1", **given})
            if smaller is None:
                return [first]
            first = smaller
        last = first.number("total_pages")
        others = sorted({(last + 1) // 2, last} - {0, 1})
        found = (self._page(endpoint, url, {"page": str(number), **given}) for number in others)
        return [first, *(page for page in found if page is not None)]

    def _page(self, endpoint: Endpoint, url: str, given: dict[str, str]) -> _Page | None:
        where = asked(url, given)
        answer = self._answer(endpoint, url, given)
        body = self._json(answer, where) if answer is not None else None
        if body is None:
            return None
        if not isinstance(body, dict):
            self._error(where, _("is no page: an object with `contents` was expected"))
            return None
        for fault in _envelope_faults(body, given):
            self._error(where, fault)
        contents = body.get("contents")
        rows = contents if isinstance(contents, list) else []
        told = self._judge_rows(endpoint.object, rows, where)
        self._tell(where, [fault for fault in self._described_faults(endpoint.schema, body) if fault not in told])
        return _Page(where, body, [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row])

    # -- the rows

    def _rows(self, endpoint: Endpoint, detail: Endpoint | None, root: str, ids: list[str]) -> None:
        if detail is None:
            if endpoint.object and ids:
                self._warn(endpoint.path, _("describes no way to ask for one row by its id"))
            return
        for one in _some(ids):
            self._row(detail, f"{root.rstrip('/')}{detail.listed}/{quote(one, safe='')}", one)
        if ids:
            nobody = self._ask(f"{root.rstrip('/')}{detail.listed}/{NOBODY}", {}, self._warn)
            if nobody is not None and nobody.is_fine:
                self._warn(nobody.url, _("answers for an id that nobody has; 404 was expected"))

    def _row(self, detail: Endpoint, url: str, one: str) -> None:
        answer = self._answer(detail, url, {})
        body = self._json(answer, url) if answer is not None else None
        if body is None:
            return
        if isinstance(body, dict) and str(body.get("id")) != one:
            self._error(url, _("answers the row %(id)s") % {"id": _clipped(body.get("id"))})
        self._judge(detail.schema, detail.object, body, url)

    def _judge_rows(self, name: str, rows: list[Any], where: str) -> set[str]:
        """Against the standard; one sentence for the fault that many rows share. Returns each fault of each row."""
        found: dict[str, list[int]] = {}
        for number, row in enumerate(rows if name else ()):
            for fault in described.standard_faults(name, row):
                found.setdefault(fault, []).append(number)
        self._tell(where, _grouped(found))
        if not found:
            self._judge_words(name, rows, where)
        return {f"contents[{number}]{_joined(fault)}" for fault, numbers in found.items() for number in numbers}

    def _judge_words(self, name: str, rows: list[Any], where: str) -> None:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(rows if name else ()):
            for fault in described.faults_in_words(name, row):
                found.setdefault(fault, []).append(number)
        for fault in _grouped(found)[:TOLD]:
            self._warn(where, fault)

    def _judge(self, schema: str, name: str, body: Any, where: str) -> None:
        """Against what the server itself describes, and against the standard (`name`: of the object); each fault is told once."""
        ours = described.standard_faults(name, body) if name else []
        found = list(dict.fromkeys([*ours, *self._described_faults(schema, body)]))
        self._tell(where, found)
        if name and not found:
            for fault in described.faults_in_words(name, body)[:TOLD]:
                self._warn(where, fault)

    def _described_faults(self, schema: str, body: Any) -> list[str]:
        if not schema or self.description is None:
            return []
        try:
            return self.description.faults(schema, body)
        except CannotResolve as fault:
            self._warn(
                self.description.url,
                _("the schema of an answer cannot be read: %(fault)s") % {"fault": _clipped(fault)},
            )
            return []

    def _tell(self, where: str, faults: list[str]) -> None:
        for fault in faults[:FAULTS]:
            self._error(where, fault)
        if len(faults) > FAULTS:
            self._error(where, _("and %(count)s more faults of this answer") % {"count": len(faults) - FAULTS})

    # -- asking

    def _fine(self, url: str) -> Fetched | None:
        """What cannot be missing. None: it is, and why was told."""
        answer = self._ask(url, {}, self._error)
        if answer is not None and not answer.is_fine:
            self._error(url, _("answers %(status)s") % {"status": answer.status})
            return None
        return answer

    def _answer(self, endpoint: Endpoint, url: str, given: dict[str, str]) -> Fetched | None:
        """A 2xx. None: there is nothing to look at, and why was told."""
        answer = self._ask(url, given, self._error)
        if answer is None or answer.is_fine:
            return answer
        if endpoint.is_optional and answer.status in NOT_MADE:
            self._warn(url, _("is optional and not there (%(status)s)") % {"status": answer.status})
        elif endpoint.object:
            self._error(asked(url, given), _("answers %(status)s") % {"status": answer.status})
        else:
            self._warn(url, _("is described and answers %(status)s") % {"status": answer.status})
        return None

    def _ask(self, url: str, given: dict[str, str], tell: Tell) -> Fetched | None:
        if time.monotonic() > self.until:
            self._error(self.base, _("takes too long: what is left was not looked at"))
            return None
        try:
            self.say(f"GET {asked(url, given)}")
            kept = self.kept if origin(url) == origin(self.base) else {}
            return fetch(self.client, url, kept | given)
        except Unreachable as fault:
            tell(url, str(fault))
            return None

    def _json(self, answer: Fetched, where: str) -> Any:
        """None: it is not JSON, and that was told."""
        try:
            body = answer.as_json()
        except (ValueError, RecursionError):
            self._error(where, _("is not JSON"))
            return None
        if not answer.kind.endswith("json"):
            self._warn(where, _("is JSON and says it is %(kind)s") % {"kind": _clipped(answer.kind or "—")})
        return body

    def _error(self, where: str, what: str) -> None:
        _once(self.outcome.errors, f"{where}: {what}")

    def _warn(self, where: str, what: str) -> None:
        _once(self.outcome.warnings, f"{where}: {what}")


# -- pages ---------------------------------------------------------------------------------------------------------------


def _envelope_faults(body: Json, given: dict[str, str]) -> list[str]:
    """Of one page, by itself: what it says of itself must be so."""
    wrong = [_misshaped(body, name) for name, kind in ENVELOPE.items() if type(body.get(name)) is not kind]
    if wrong:
        return wrong
    rows, page = body["contents"], int(given["page"])
    wished = int(given.get("per_page", len(rows)))
    ids = [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]
    repeated = [one for one, times in Counter(ids).items() if times > 1]
    should_not_be_empty = not rows and page <= body["total_pages"] and body["total_items"] > 0
    told = {name: _short(body[name]) for name in ENVELOPE if name != "contents"}
    told |= {"rows": str(len(rows)), "page": str(page), "wished": str(wished), "ids": _named(repeated)}
    said = (
        (body["size"] != len(rows), _("says `size` %(size)s and holds %(rows)s rows")),
        (body["page_number"] != page, _("is page %(page_number)s where %(page)s was asked for")),
        (body["first_page"] != (page == 1), _("says `first_page` %(first_page)s on page %(page)s")),
        (body["last_page"] != (page >= body["total_pages"]), _("says `last_page` %(last_page)s on page %(page)s")),
        (body["empty"] != (not rows), _("says `empty` %(empty)s and holds %(rows)s rows")),
        (len(rows) > body["total_items"], _("holds %(rows)s rows and says there are %(total_items)s in all")),
        (should_not_be_empty, _("is empty, and should not be")),
        (len(rows) > wished, _("holds more rows than the %(wished)s asked for")),
        (bool(repeated), _("holds the same id more than once: %(ids)s")),
    )
    return [what % told for is_so, what in said if is_so]


def _misshaped(body: Json, name: str) -> str:
    if name in body:
        return _("`%(name)s` is %(value)s") % {"name": name, "value": _short(body[name])}
    return _("has no `%(name)s`") % {"name": name}


def _together_faults(pages: list[_Page]) -> list[str]:
    """Of the pages of one list beside each other: it must not promise more, or say less, than they hold."""
    first, faults = pages[0], []
    for name in ("total_items", "total_pages"):
        values = {page.number(name) for page in pages}
        if len(values) > 1:
            named = ", ".join(str(value) for value in sorted(values))
            faults.append(_("`%(name)s` changes from page to page: %(values)s") % {"name": name, "values": named})
    seen: Counter[str] = Counter(one for page in pages for one in dict.fromkeys(page.ids))
    repeated = [one for one, times in seen.items() if times > 1]
    if repeated:
        faults.append(_("the same id is on several pages: %(ids)s") % {"ids": _named(repeated)})
    rows, size, promised = first.number("total_items"), first.number("size"), first.number("total_pages")
    if size > 0 and not faults:
        needed = -(-rows // size)
        told = {"rows": rows, "size": size, "needed": needed, "promised": promised}
        if needed != promised:
            faults.append(
                _("%(rows)s rows in pages of %(size)s make %(needed)s pages; it promises %(promised)s") % told
            )
        elif len(pages) > 1 and pages[-1].number("size") != rows - size * (promised - 1):
            faults.append(_("%(rows)s rows are promised, and the last page does not end there") % told)
    return faults


def _grouped(found: dict[str, list[int]]) -> list[str]:
    """Each fault at its first row, with how many others share it."""
    told = []
    for fault, rows in found.items():
        others = " " + _("(and %(count)s rows more)") % {"count": len(rows) - 1} if len(rows) > 1 else ""
        told.append(f"contents[{rows[0]}]{_joined(fault)}{others}")
    return told


def _joined(fault: str) -> str:
    """A field of the row, or the row itself."""
    return f".{fault}" if _FIELD.match(fault) else f": {fault}"


def _some(ids: list[str]) -> list[str]:
    """From all over the list."""
    step = max(1, -(-len(ids) // DETAILS))
    return ids[::step]


def _named(ids: list[str]) -> str:
    left = len(ids) - TOLD
    named = ", ".join(_clipped(one) for one in ids[:TOLD])
    return _("%(names)s and %(count)s more") % {"names": named, "count": left} if left > 0 else named


def _short(value: Any) -> str:
    return clip(json.dumps(value, ensure_ascii=False), 40)


def _clipped(value: Any) -> str:
    return clip(str(value), 60)


def _joined_url(base: str, further: str) -> str:
    """What is no address stays as it was said: asking for it tells that."""
    try:
        return urljoin(base, further)
    except ValueError:
        return further


def _once(told: list[str], what: str) -> None:
    if what not in told:
        told.append(what)
