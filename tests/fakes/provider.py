"""A provider on loopback that can fail: what the fakes of Telegram and SMS have in common.

    provider.refuse(429, {"ok": False})      # what the next request will meet
    provider.hang()                          # it is read, perhaps accepted, and never answered
    provider.cut(accepts=False)              # the connection is closed without an answer

Nothing happens by itself and nothing is random. People and numbers are invented.
"""

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Said:
    """One answer. `promises`: says that so many more bytes follow, and closes."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    promises: int = 0


@dataclass(frozen=True)
class Silence:
    accepts: bool
    hangs: bool


def as_json(value: Any, status: int = 200) -> Said:
    return Said(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


class Provider:
    """Subclasses answer in `judge`; `asked` is everything that came, in order."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.fell_silent = threading.Event()
        self._faults: deque[Said | Silence] = deque()
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
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

    def judge(self, asked: Asked) -> Said:
        raise NotImplementedError

    def meets(self, *faults: Said) -> None:
        """What the next requests meet, in order, each once."""
        self._faults.extend(faults)

    def forget(self) -> None:
        """Nothing that was told to it is met any more."""
        self._faults.clear()

    def hang(self, *, accepts: bool = True) -> None:
        self._faults.append(Silence(accepts, hangs=True))

    def cut(self, *, accepts: bool = True) -> None:
        self._faults.append(Silence(accepts, hangs=False))

    def serve(self, asked: Asked) -> Said | None:
        with self._lock:
            self.asked.append(asked)
            fault = self._faults.popleft() if self._faults else None
            if isinstance(fault, Said):
                return fault
            answer = self.judge(asked) if not (isinstance(fault, Silence) and not fault.accepts) else None
        if isinstance(fault, Silence):
            self.fell_silent.set()
            if fault.hangs:
                self._ended.wait()
            return None
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], provider: Provider) -> None:
        super().__init__(address, _Handler)
        self.provider = provider


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.server.provider.serve(Asked(self.command, self.path, dict(self.headers), body))
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) + answer.promises))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = bool(answer.promises)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
