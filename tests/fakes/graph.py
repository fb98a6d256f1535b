"""A Graph API that is not Meta's: an HTTP server that checks a message as Meta would, and knocks on our webhook.

    with Graph() as graph:
        send(wire, graph.settings, echo="letter-1")
        graph.sent[0].body                                   # what it accepted, in order
        graph.refuse(131056)                                 # what the next request will meet
        graph.report(graph.sent[0], "delivered", "read")     # statuses, waiting to be delivered
        graph.knock(http_courier(url))                       # signed webhooks; refused ones stay waiting, as with Meta
        graph.stores("media-1", sound)                       # what a person sent: asked where it lies, then fetched from there
        graph.refuse_media(131000)                           # what the next one who asks for a media will meet
        graph.approve("aviso", "Cambió algo. {{1}}")         # a template that may leave; graph.template("aviso").status = "PAUSED"
        graph.keeps_the_window(now=at)                       # from now on 131047 to whoever did not write in the last 24 hours
        graph.token_until = at; graph.number.quality = "RED" # what whoever asks how the line is will hear

Nothing happens by itself and nothing is random: a test or a benchmark decides when webhooks leave, how often and in which
order. People and numbers are invented.
"""

import hashlib
import hmac
import itertools
import json
import random
import re
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Json = dict[str, Any]
Courier = Callable[[bytes, Mapping[str, str]], int]
"""Carries a webhook (body and headers) to us and returns the HTTP status we answered."""

LINE = "100000000000001"
PHONE = "573000000001"
USER_ID = "CO.1000000000000001"
SECRET = "secreto-de-prueba"
TOKEN = "token-de-prueba"
BEGAN = 1_795_510_800
"""The stamp of the first message, six hours before the clock of `now` (tests/conftest.py): nobody's window has closed by then. Each
further one is a second later. Whoever sends by the clock on the wall gives stamps of its own."""


@dataclass(frozen=True)
class Sent:
    """One message the server accepted."""

    provider_id: str
    line: str
    to: str
    echo: str
    body: Json

    @property
    def words(self) -> str:
        """What the person reads above the choices."""
        interactive = self.body.get("interactive") or {"body": {"text": ""}}
        if "template" in self.body:
            return f"[{self.body['template']['name']}] " + " · ".join(self.values)
        return str((self.body.get("text") or {"body": interactive["body"]["text"]})["body"])

    @property
    def values(self) -> list[str]:
        """What stands in the places of a template."""
        parts = (self.body.get("template") or {}).get("components", [])
        return [str(value.get("text")) for part in parts for value in part.get("parameters", [])]


@dataclass(frozen=True)
class _Refuse:
    status: int
    body: bytes


@dataclass(frozen=True)
class _Silence:
    """The request is read, and perhaps accepted, but never answered: the caller runs out of patience or is cut off."""

    accepts: bool
    hangs: bool


@dataclass(frozen=True)
class _ReportFirst:
    """The status reaches our webhook before the answer to the request leaves."""

    courier: Courier


_Fault = _Refuse | _Silence | _ReportFirst


@dataclass(frozen=True)
class Stored:
    """A media that Meta keeps for us. `place`: where it says that it lies; "" is its own store."""

    data: bytes
    sha256: str
    size: int
    place: str


@dataclass(frozen=True)
class Visit:
    """Somebody asked for a media, or for its bytes."""

    path: str
    authorization: str


MediaAnswer = tuple[int, dict[str, str], bytes]

ACCOUNT = "200000000000001"  # the WhatsApp Business account of the lines
APP = "300000000000001"
DAY = 24 * 60 * 60


@dataclass
class Template:
    """A text Meta was asked to approve. `text`: its body, with {{1}}, {{2}} … where values go."""

    name: str
    language: str
    text: str
    status: str = "PENDING"
    category: str = "UTILITY"
    reason: str = "NONE"
    quality: str = "UNKNOWN"

    @property
    def parameters(self) -> int:
        return len(set(re.findall(r"{{([0-9]+)}}", self.text)))

    def as_json(self) -> Json:
        body = {"type": "BODY", "text": self.text}
        told: Json = {"name": self.name, "language": self.language, "status": self.status, "category": self.category}
        told |= {"id": str(abs(hash((self.name, self.language))) % 10**15), "components": [body]}
        return told | {"quality_score": {"score": self.quality}, "rejected_reason": self.reason}


@dataclass
class Number:
    """What Meta says of a line when it is asked."""

    display: str = "+1 555-000-0000"
    quality: str = "GREEN"
    status: str = "CONNECTED"
    limit: str = "TIER_2K"
    name_status: str = "APPROVED"


@dataclass
class Graph:
    """The server. `sent`: what it accepted; `read`: messages marked as read; `typing`: those answered with "typing…"."""

    secret: str = SECRET
    token: str = TOKEN
    lines: tuple[str, ...] = (LINE,)
    sent: list[Sent] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    requests: int = 0
    waiting: list[bytes] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)
    number: Number = field(default_factory=Number)
    is_subscribed: bool = True
    token_until: int = 0  # seconds since 1970; 0: it does not end
    account_status: str = "APPROVED"

    def __post_init__(self) -> None:
        self._faults: deque[_Fault | None] = deque()
        self._stored: dict[str, Stored] = {}
        self._media_faults: deque[_Refuse | _Silence] = deque()
        self._store_faults: deque[MediaAnswer | _Silence] = deque()
        self._numbers = itertools.count(1)
        self._ask_faults: deque[_Refuse | _Silence] = deque()
        self._last_heard: dict[str, int] = {}  # who wrote → the stamp of their last message
        self._now: Callable[[], float] | None = None
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self.fell_silent = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "Graph":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        """Of a channel that sends through this server; an answer is waited for briefly."""
        return {
            "graph_url": self.url,
            "phone_number_id": self.lines[0],
            "access_token": self.token,
            "timeout_s": "5",
        }

    # What the next requests meet, in order; each is met once

    def refuse(self, code: int, status: int = 400, *, subcode: int | None = None, times: int = 1) -> None:
        """An error as Graph writes it. A throttle is 130429, 80007 or 4; too much for one person is 131056."""
        error: Json = {"message": f"(#{code}) Prueba", "type": "OAuthException", "code": code, "fbtrace_id": "prueba"}
        if subcode is not None:
            error["error_subcode"] = subcode
        self._faults.extend([_Refuse(status, json.dumps({"error": error}).encode())] * times)

    def take(self, times: int = 1) -> None:
        """As if nothing were wrong, before whatever is said next."""
        self._faults.extend([None] * times)

    def answer(self, status: int, body: bytes) -> None:
        """Any bytes at all, as a proxy in between might answer."""
        self._faults.append(_Refuse(status, body))

    def hang(self, *, accepts: bool = True) -> None:
        """Read the request and stay silent until this server ends; `fell_silent` is set once the request was read."""
        self._faults.append(_Silence(accepts, hangs=True))

    def cut(self, *, accepts: bool = True) -> None:
        """Read the request and close the connection without an answer."""
        self._faults.append(_Silence(accepts, hangs=False))

    def report_first(self, courier: Courier) -> None:
        """Deliver the status "sent" before the request is answered."""
        self._faults.append(_ReportFirst(courier))

    # Templates

    def approve(self, name: str, text: str, language: str = "es", **more: Any) -> Template:
        """A template that may leave from now on."""
        template = Template(name, language, text, status="APPROVED", **more)
        self.templates[name, language] = template
        return template

    def template(self, name: str, language: str = "es") -> Template:
        return self.templates[name, language]

    def tell_template(self, name: str, event: str, language: str = "es", reason: str = "NONE") -> None:
        """Its state changes, and a webhook that says so waits for delivery."""
        template = self.templates[name, language]
        template.status, template.reason = event, reason
        self.hear(template_news(template, event, reason))

    # The 24-hour window

    def keeps_the_window(self, now: Callable[[], float]) -> None:
        """From now on the server minds its book: free words only to whoever wrote in the last 24 hours of `now` (seconds since 1970).

        The book is written from the webhooks that were given to `hear`.
        """
        self._now = now

    def heard_from(self, address: str, at: int) -> None:
        """Somebody wrote, although no webhook of this server tells it."""
        self._last_heard[address] = max(at, self._last_heard.get(address, 0))

    # What whoever asks how the line is meets

    def refuse_question(self, code: int, status: int = 400, *, times: int = 1) -> None:
        self._ask_faults.extend([_Refuse(status, _error(code, "Prueba"))] * times)

    def hang_question(self) -> None:
        self._ask_faults.append(_Silence(accepts=True, hangs=True))

    # What people sent, as Meta keeps it

    def stores(self, media_id: str, data: bytes, *, says: str = "", claims: int = -1, place: str = "") -> None:
        """From now on it is there. `says`: another hash than its own; `claims`: another size; `place`: an address that is not Meta's."""
        size = claims if claims >= 0 else len(data)
        self._stored[media_id] = Stored(data, says or hashlib.sha256(data).hexdigest(), size, place)

    def loses(self, media_id: str) -> None:
        """It was kept for as long as Meta keeps it."""
        del self._stored[media_id]

    def refuse_media(self, code: int, status: int = 400, *, times: int = 1) -> None:
        """An error to whoever asks where a media lies."""
        self._media_faults.extend([_Refuse(status, _error(code, "Prueba"))] * times)

    def hang_media(self) -> None:
        """Whoever asks for the bytes next waits until this server ends."""
        self._store_faults.append(_Silence(accepts=True, hangs=True))

    def cut_media(self) -> None:
        """Whoever asks for the bytes next gets the beginning of them, and then the connection is closed."""
        self._store_faults.append(_Silence(accepts=True, hangs=False))

    def answer_bytes(self, status: int, body: bytes = b"", *, location: str = "") -> None:
        """What the store answers next: an address that is too old (404), another error, or a redirection."""
        headers = {"Location": location} if location else {}
        self._store_faults.append((status, headers, body))

    def place_of(self, media_id: str) -> MediaAnswer:
        """The answer to "where does it lie"."""
        with self._lock:
            fault = self._media_faults.popleft() if self._media_faults else None
            stored = self._stored.get(media_id)
        if isinstance(fault, _Refuse):
            return fault.status, {}, fault.body
        if stored is None:
            return 400, {}, _error(100, "no such object", subcode=33)
        place: Json = {"messaging_product": "whatsapp", "url": stored.place or f"{self.url}/store/{media_id}"}
        place |= {"id": media_id, "mime_type": "audio/ogg", "sha256": stored.sha256, "file_size": stored.size}
        return 200, {}, json.dumps(place).encode()

    def bytes_of(self, media_id: str) -> MediaAnswer | None:
        """The answer of the store; None when the connection is cut, or there is none at all."""
        with self._lock:
            fault = self._store_faults.popleft() if self._store_faults else None
            stored = self._stored.get(media_id)
        if isinstance(fault, _Silence):
            self.fell_silent.set()
            if fault.hangs:
                self._ended.wait()
            return None
        return fault or ((200, {}, stored.data) if stored else (404, {}, b""))

    # Webhooks

    def report(self, sent: Sent, *statuses: str, code: int | None = None) -> None:
        """Let the fate of an accepted message wait for delivery: one webhook for each status."""
        for status in statuses:
            at = BEGAN + len(self.sent) + len(self.waiting)
            self.hear(webhook(statuses=[status_of(sent, status, at=at, code=code)], line=sent.line))

    def hear(self, body: Json) -> None:
        """Let a webhook (see `webhook`) wait for delivery."""
        with self._lock:
            self._note(body)
            self.waiting.append(json.dumps(body).encode())

    def _note(self, body: Json) -> None:
        """The book of the window: reactions and system messages open none."""
        for message in _messages_in(body):
            if message.get("type") in ("reaction", "system"):
                continue
            for address in {message.get("from"), message.get("from_user_id")} - {None, ""}:
                self.heard_from(str(address), _seconds(message.get("timestamp")))

    def knock(self, courier: Courier, *, copies: int = 1, shuffled_by: random.Random | None = None) -> list[int]:
        """Deliver what waits, each webhook `copies` times; those not answered with 200 stay waiting, as with Meta."""
        with self._lock:
            batch, self.waiting = self.waiting, []
        bodies = [body for body in batch for _ in range(copies)]
        if shuffled_by is not None:
            shuffled_by.shuffle(bodies)
        answers = [(body, courier(body, self.headers(body))) for body in bodies]
        refused = {body for body, status in answers if status != 200}
        with self._lock:
            self.waiting = [body for body in batch if body in refused] + self.waiting
        return [status for _, status in answers]

    def headers(self, body: bytes) -> dict[str, str]:
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}

    # Answering

    def serve(self, line: str, authorization: str, raw: bytes) -> tuple[int, bytes] | None:
        """The answer to one POST; None when there will be none."""
        with self._lock:
            self.requests += 1
            fault = self._faults.popleft() if self._faults else None
            answer = self._judge(fault, line, authorization, raw)
        if isinstance(fault, _Silence):
            self.fell_silent.set()
            if fault.hangs:
                self._ended.wait()
            return None
        if isinstance(fault, _ReportFirst) and answer[0] == 200:
            self.report(self.sent[-1], "sent")
            self.knock(fault.courier)
        return answer

    def _judge(self, fault: _Fault | None, line: str, authorization: str, raw: bytes) -> tuple[int, bytes]:
        if isinstance(fault, _Refuse):
            return fault.status, fault.body
        if isinstance(fault, _Silence) and not fault.accepts:
            return 503, b""
        return self._refusal(line, authorization, raw) or (
            200,
            json.dumps(self._accept(line, json.loads(raw))).encode(),
        )

    def _refusal(self, line: str, authorization: str, raw: bytes) -> tuple[int, bytes] | None:
        if authorization != f"Bearer {self.token}":
            return 401, _error(190, "token")
        if line not in self.lines:
            return 400, _error(100, "no such object", subcode=33)
        try:
            body = json.loads(raw)
        except ValueError:
            return 400, _error(100, "not JSON")
        wrong = fault_in(body)
        if wrong:
            return 400, _error(100, wrong)
        code = self._not_now(body)
        return (400, _error(code, "Prueba")) if code else None

    def _not_now(self, body: Json) -> int:
        """The code with which Meta refuses a well-formed message: its window is closed, or its template may not leave."""
        if body.get("status") == "read":
            return 0
        if body.get("type") == "template":
            return self._fault_in_template(body["template"])
        address = body.get("to") or body.get("recipient")
        if self._now is None or self._now() - self._last_heard.get(str(address), 0) < DAY:
            return 0
        return 131047

    def _fault_in_template(self, sent: Json) -> int:
        template = self.templates.get((sent["name"], sent["language"]["code"]))
        if template is None:
            return 132001
        if template.status in ("PAUSED", "DISABLED"):
            return 132015 if template.status == "PAUSED" else 132016
        if template.status != "APPROVED":
            return 132001
        given = [part for part in sent.get("components", []) if part.get("type") == "body"]
        values = [value for part in given for value in part.get("parameters", [])]
        if len(values) != template.parameters:
            return 132000
        return 0 if all(_is_text(value.get("text"), 1024) for value in values) else 132012

    # Questions about the line

    def answer_question(self, path: str, question: str) -> tuple[int, bytes] | None:
        """GET of anything that is no media: the token, the number, the account, its templates, its subscriptions."""
        with self._lock:
            fault = self._ask_faults.popleft() if self._ask_faults else None
        if isinstance(fault, _Silence):
            self.fell_silent.set()
            self._ended.wait()
            return None
        if fault is not None:
            return fault.status, fault.body
        told = self._told_of(path)
        return (
            (200, json.dumps(told).encode()) if told is not None else (400, _error(100, "no such object", subcode=33))
        )

    def _told_of(self, path: str) -> Json | None:
        if path == "debug_token":
            data = {"app_id": APP, "type": "SYSTEM_USER", "is_valid": True, "expires_at": self.token_until}
            scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
            return {"data": data | {"scopes": scopes, "data_access_expires_at": 0}}
        if path in self.lines:
            told: Json = {"id": path, "display_phone_number": self.number.display, "verified_name": "Prueba"}
            told |= {"quality_rating": self.number.quality, "status": self.number.status}
            told |= {"name_status": self.number.name_status, "code_verification_status": "VERIFIED"}
            return told | {"whatsapp_business_manager_messaging_limit": self.number.limit}
        if path == ACCOUNT:
            return {"id": ACCOUNT, "account_review_status": self.account_status}
        if path == f"{ACCOUNT}/subscribed_apps":
            app = {"whatsapp_business_api_data": {"id": APP, "name": "Prueba"}}
            return {"data": [app] if self.is_subscribed else []}
        if path == f"{ACCOUNT}/message_templates":
            return {"data": [one.as_json() for one in self.templates.values()], "paging": {"cursors": {}}}
        return None

    def take_template(self, authorization: str, raw: bytes) -> tuple[int, bytes]:
        """POST of a new template: it waits for approval."""
        if authorization != f"Bearer {self.token}":
            return 401, _error(190, "token")
        asked = json.loads(raw)
        bodies = [part["text"] for part in asked.get("components", []) if part.get("type") == "BODY"]
        name = str(asked.get("name", ""))
        if not re.fullmatch(r"[a-z0-9_]{1,512}", name) or not bodies or not _is_text(bodies[0], 1024):
            return 400, _error(100, "template")
        if (name, asked["language"]) in self.templates:
            return 400, _error(100, "template already exists", subcode=2388024)
        template = Template(name, asked["language"], bodies[0], category=asked.get("category", "UTILITY"))
        self.templates[name, template.language] = template
        return 200, json.dumps(
            {"id": template.as_json()["id"], "status": "PENDING", "category": template.category}
        ).encode()

    def _accept(self, line: str, body: Json) -> Json:
        if body.get("status") == "read":
            self.read.append(body["message_id"])
            if "typing_indicator" in body:
                self.typing.append(body["message_id"])
            return {"success": True}
        to = body.get("to") or body["recipient"]
        provider_id = f"wamid.out{next(self._numbers):06}"
        self.sent.append(Sent(provider_id, line, to, body.get("biz_opaque_callback_data", ""), body))
        contact = {"input": to, "wa_id": to} if "to" in body else {"input": to, "user_id": to}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": provider_id}]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], graph: Graph) -> None:
        super().__init__(address, _Handler)
        self.graph = graph


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if re.fullmatch(rf"/v[0-9]+\.[0-9]+/{ACCOUNT}/message_templates", self.path):
            self._answer(*self.server.graph.take_template(self.headers.get("Authorization", ""), raw))
            return
        path = re.fullmatch(r"/v[0-9]+\.[0-9]+/([0-9]+)/messages", self.path)
        if path is None:
            self._answer(404, _error(100, "no such path"))
            return
        answer = self.server.graph.serve(path[1], self.headers.get("Authorization", ""), raw)
        if answer is None:
            self.close_connection = True
            return
        self._answer(*answer)

    def do_GET(self) -> None:
        graph, (path, _, question) = self.server.graph, self.path.partition("?")
        authorization = self.headers.get("Authorization", "")
        known = "|".join(["debug_token", *graph.lines, ACCOUNT])
        about_line = re.fullmatch(rf"/v[0-9]+\.[0-9]+/((?:{known})(?:/[a-z_]+)?)", path)
        if about_line:
            self._answer_question(about_line[1], question, authorization)
            return
        graph.visits.append(Visit(self.path, authorization))
        asked = re.fullmatch(r"/(v[0-9]+\.[0-9]+|store)/([A-Za-z0-9_.:-]+)", path)
        if asked is None or authorization != f"Bearer {graph.token}":
            self._answer(401 if asked else 404, _error(190 if asked else 100, "no such path"))
            return
        answer = graph.bytes_of(asked[2]) if asked[1] == "store" else graph.place_of(asked[2])
        if answer is None:
            self._begin(200, {"Content-Length": "5000"})
            self.wfile.write(b"OggS")
            self.close_connection = True
            return
        status, headers, body = answer
        self._begin(status, {**headers, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _answer_question(self, path: str, question: str, authorization: str) -> None:
        if authorization != f"Bearer {self.server.graph.token}":
            self._answer(401, _error(190, "token"))
            return
        answer = self.server.graph.answer_question(path, question)
        if answer is None:
            self.close_connection = True
            return
        self._answer(*answer)

    def _answer(self, status: int, body: bytes) -> None:
        self._begin(status, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


def _error(code: int, details: str, subcode: int | None = None) -> bytes:
    error: Json = {"message": f"(#{code}) {details}", "type": "OAuthException", "code": code, "fbtrace_id": "prueba"}
    return json.dumps({"error": error | ({} if subcode is None else {"error_subcode": subcode})}).encode()


# What Meta refuses


def fault_in(body: Any) -> str:
    """Why Meta would refuse this request body; empty when it would not."""
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        return "messaging_product"
    if body.get("status") == "read":
        return "" if isinstance(body.get("message_id"), str) and body["message_id"] else "message_id"
    if not _is_recipient(body):
        return "to"
    if len(str(body.get("biz_opaque_callback_data", ""))) > 512:
        return "biz_opaque_callback_data"
    if body.get("type") == "template":
        return _fault_in_template_shape(body.get("template"))
    if body.get("type") == "text":
        return "" if _is_text((body.get("text") or {}).get("body"), 4096) else "text.body"
    if body.get("type") == "interactive":
        return _fault_in_interactive(body.get("interactive"))
    return "type"


def _is_recipient(body: Json) -> bool:
    if "to" in body:
        return bool(re.fullmatch(r"\+?[0-9]{5,20}", str(body["to"])))
    return bool(re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", str(body.get("recipient", ""))))


def _fault_in_template_shape(template: Any) -> str:
    if not isinstance(template, dict) or not isinstance(template.get("name"), str):
        return "template.name"
    code = (template.get("language") or {}).get("code")
    if not isinstance(code, str) or not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", code):
        return "template.language"
    kinds = {part.get("type") for part in template.get("components", [])}
    return "" if kinds <= {"body", "header", "button"} else "template.components"


def _messages_in(body: Json) -> list[Json]:
    values = [change.get("value") or {} for entry in body.get("entry", []) for change in entry.get("changes", [])]
    return [message for value in values for message in value.get("messages", [])]


def _seconds(stamp: Any) -> int:
    return int(stamp) if str(stamp).isdecimal() else 0


def _fault_in_interactive(interactive: Any) -> str:
    if not isinstance(interactive, dict) or interactive.get("type") not in ("button", "list"):
        return "interactive.type"
    is_list = interactive["type"] == "list"
    if not _is_text((interactive.get("body") or {}).get("text"), 4096 if is_list else 1024):
        return "interactive.body"
    action = interactive.get("action") or {}
    return _fault_in_list(action) if is_list else _fault_in_buttons(action)


def _fault_in_buttons(action: Json) -> str:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= 3:
        return "buttons"
    replies = [button.get("reply") or {} for button in buttons if button.get("type") == "reply"]
    if len(replies) != len(buttons) or not _are_distinct(replies, "title") or not _are_distinct(replies, "id"):
        return "buttons are not distinct replies"
    fits = all(_is_text(reply.get("title"), 20) and _is_id(reply.get("id"), 256) for reply in replies)
    return "" if fits else "button"


def _fault_in_list(action: Json) -> str:
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or []]
    if not _is_text(action.get("button"), 20):
        return "action.button"
    if not 1 <= len(sections) <= 10 or not 1 <= len(rows) <= 10 or not _are_distinct(rows, "id"):
        return "rows"
    if len(sections) > 1 and not all(_is_text(section.get("title"), 24) for section in sections):
        return "section.title"
    fits = all(_is_text(row.get("title"), 24) and _is_id(row.get("id"), 200) for row in rows)
    noted = all(_is_text(row["description"], 72) for row in rows if "description" in row)
    return "" if fits and noted else "row"


def _is_text(value: Any, limit: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value.encode("utf-16-le")) // 2 <= limit


def _is_id(value: Any, limit: int) -> bool:
    return _is_text(value, limit) and value == value.strip()


def _are_distinct(items: Sequence[Json], key: str) -> bool:
    return len({str(item.get(key)) for item in items}) == len(items)


# Webhooks, written as Meta writes them


def webhook(*, messages: Sequence[Json] = (), statuses: Sequence[Json] = (), line: str = LINE) -> Json:
    """One body with one change. The contacts are those of the messages."""
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1555", "phone_number_id": line},
    }
    if messages:
        value["contacts"] = [_contact(message) for message in messages]
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = list(statuses)
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "200000000000001", "changes": [change]}]}


def text_message(body: str, *, id: str, phone: str = PHONE, user_id: str = "", at: int = BEGAN) -> Json:
    return _message("text", {"body": body}, id, phone, user_id, at)


def button_reply(
    choice_id: str, title: str, *, id: str, reply_to: str = "", phone: str = PHONE, user_id: str = "", at: int = BEGAN
) -> Json:
    reply = {"type": "button_reply", "button_reply": {"id": choice_id, "title": title}}
    return _message("interactive", reply, id, phone, user_id, at, reply_to)


def list_reply(
    choice_id: str, title: str, *, id: str, reply_to: str = "", phone: str = PHONE, user_id: str = "", at: int = BEGAN
) -> Json:
    reply = {"type": "list_reply", "list_reply": {"id": choice_id, "title": title}}
    return _message("interactive", reply, id, phone, user_id, at, reply_to)


def voice_note(
    media_id: str, *, id: str, phone: str = PHONE, user_id: str = "", at: int = BEGAN, sha256: str = ""
) -> Json:
    audio = {"id": media_id, "mime_type": "audio/ogg; codecs=opus", "sha256": sha256, "voice": True}
    return _message("audio", audio, id, phone, user_id, at)


_MIMES = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
    "audio": "audio/mpeg",
}


def picture(
    media_id: str,
    *,
    id: str,
    kind: str = "image",
    caption: str = "",
    phone: str = PHONE,
    user_id: str = "",
    at: int = BEGAN,
    mime: str = "",
    filename: str = "",
    sha256: str = "0" * 64,
) -> Json:
    """A photo, or another kind of file."""
    part: Json = {"id": media_id, "mime_type": mime or _MIMES.get(kind, "image/jpeg"), "sha256": sha256}
    part |= ({"caption": caption} if caption else {}) | ({"filename": filename} if filename else {})
    return _message(kind, part, id, phone, user_id, at)


def number_changed(
    new_phone: str, *, id: str, phone: str = PHONE, user_id: str = "", new_user_id: str = "", at: int = BEGAN
) -> Json:
    """Meta says that a person has another number (and with it another user id)."""
    system: Json = {"type": "user_changed_number", "wa_id": new_phone, "body": "Prueba"}
    if new_user_id:
        system |= {"user_id": new_user_id, "previous_user_id": user_id}
    return _message("system", system, id, phone, "", at)


def user_id_changed(old: str, new: str, *, id: str, at: int = BEGAN) -> Json:
    system = {"type": "user_changed_user_id", "previous_user_id": old, "user_id": new, "body": "Prueba"}
    return _message("system", system, id, "", "", at)


def user_id_update(old: str, new: str, *, line: str = LINE, at: int = BEGAN) -> Json:
    """The same as `user_id_changed`, as a webhook of its own field."""
    update = {"user_id": {"previous": old, "current": new}, "timestamp": str(at), "detail": "Prueba"}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": line}, "user_id_update": [update]}
    return {"object": "whatsapp_business_account", "entry": [_entry("user_id_update", value)]}


def template_news(template: Template, event: str, reason: str = "NONE") -> Json:
    value = {"event": event, "message_template_id": 1, "message_template_name": template.name, "reason": reason}
    value |= {"message_template_language": template.language}
    return {"object": "whatsapp_business_account", "entry": [_entry("message_template_status_update", value)]}


def _entry(field_name: str, value: Json) -> Json:
    return {"id": ACCOUNT, "time": BEGAN, "changes": [{"field": field_name, "value": value}]}


def status_of(sent: Sent, status: str, *, at: int = BEGAN, code: int | None = None) -> Json:
    """What became of an accepted message; `code` is the error of a failed one."""
    told: Json = {"id": sent.provider_id, "status": status, "timestamp": str(at), "recipient_id": sent.to}
    if sent.echo:
        told["biz_opaque_callback_data"] = sent.echo
    if code is not None:
        told["errors"] = [{"code": code, "title": "Prueba", "message": "Prueba", "error_data": {"details": "Prueba"}}]
    return told


def _message(kind: str, part: Json, id: str, phone: str, user_id: str, at: int, reply_to: str = "") -> Json:
    message: Json = {"id": id, "timestamp": str(at), "type": kind, kind: part}
    if phone:
        message["from"] = phone
    if user_id:
        message["from_user_id"] = user_id
    if reply_to:
        message["context"] = {"from": "15550000000", "id": reply_to}
    return message


def _contact(message: Json) -> Json:
    contact: Json = {"profile": {"name": "Persona de prueba"}}
    if "from" in message:
        contact["wa_id"] = message["from"]
    if "from_user_id" in message:
        contact["user_id"] = message["from_user_id"]
    return contact


# Couriers


def http_courier(url: str) -> Courier:
    """Carries webhooks to a running server; one that cannot be reached counts as 503."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def carry(body: bytes, headers: Mapping[str, str]) -> int:
        request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")
        try:
            with opener.open(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return 503

    return carry
