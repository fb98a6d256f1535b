"""A Graph API that is not Meta's: an HTTP server that checks a message as Meta would, and knocks on our webhook.

    with Graph() as graph:
        send(wire, graph.settings, echo="letter-1")
        graph.sent[0].body                                   # what it accepted, in order
        graph.refuse(131056)                                 # what the next request will meet
        graph.report(graph.sent[0], "delivered", "read")     # statuses, waiting to be delivered
        graph.knock(http_courier(url))                       # signed webhooks; refused ones stay waiting, as with Meta

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
BEGAN = 1_790_000_000  # the stamp of the first message; each further one is a second later


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
        return str((self.body.get("text") or {"body": interactive["body"]["text"]})["body"])


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

    def __post_init__(self) -> None:
        self._faults: deque[_Fault] = deque()
        self._numbers = itertools.count(1)
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

    # Webhooks

    def report(self, sent: Sent, *statuses: str, code: int | None = None) -> None:
        """Let the fate of an accepted message wait for delivery: one webhook for each status."""
        for status in statuses:
            at = BEGAN + len(self.sent) + len(self.waiting)
            self.hear(webhook(statuses=[status_of(sent, status, at=at, code=code)], line=sent.line))

    def hear(self, body: Json) -> None:
        """Let a webhook (see `webhook`) wait for delivery."""
        with self._lock:
            self.waiting.append(json.dumps(body).encode())

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
        return (400, _error(100, wrong)) if wrong else None

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
        path = re.fullmatch(r"/v[0-9]+\.[0-9]+/([0-9]+)/messages", self.path)
        if path is None:
            self._answer(404, _error(100, "no such path"))
            return
        answer = self.server.graph.serve(path[1], self.headers.get("Authorization", ""), raw)
        if answer is None:
            self.close_connection = True
            return
        self._answer(*answer)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

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
    if body.get("type") == "text":
        return "" if _is_text((body.get("text") or {}).get("body"), 4096) else "text.body"
    if body.get("type") == "interactive":
        return _fault_in_interactive(body.get("interactive"))
    return "type"


def _is_recipient(body: Json) -> bool:
    if "to" in body:
        return bool(re.fullmatch(r"\+?[0-9]{5,20}", str(body["to"])))
    return bool(re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", str(body.get("recipient", ""))))


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


def voice_note(media_id: str, *, id: str, phone: str = PHONE, user_id: str = "", at: int = BEGAN) -> Json:
    audio = {"id": media_id, "mime_type": "audio/ogg; codecs=opus", "sha256": "0" * 64, "voice": True}
    return _message("audio", audio, id, phone, user_id, at)


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
