"""A clamd that is not one: it speaks INSTREAM over TCP or a socket file, knows one virus, and fails in the ways a real one does.

with Clamd() as clamd:
    scan(data, clamd.address)
    clamd.heard                          # what it was given, whole
    clamd.fails = "hangs up"             # or "size limit", "garbage", "half an answer"
"""

import socketserver
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

VIRUS = b"a virus that only this fake knows"
ANSWERS = {
    "size limit": b"INSTREAM size limit exceeded. ERROR\0",
    "garbage": b"stream: OK? FOUND not\0",
    "half an answer": b"stream: O",
    "hangs up": b"",
}


class Clamd:
    """`at`: a path for a socket file; without it, a free port of this machine."""

    def __init__(self, at: Path | None = None) -> None:
        self.heard: list[bytes] = []
        self.fails = ""
        outer = self

        class Talk(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(5)
                outer._talk(self.request.makefile("rwb"))

        self._server: socketserver.BaseServer
        if at is None:
            tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
            self._server, self.address = tcp, f"127.0.0.1:{tcp.server_address[1]}"
        else:
            self._server, self.address = socketserver.ThreadingUnixStreamServer(str(at), Talk), str(at)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> "Clamd":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _talk(self, line: BinaryIO) -> None:
        command = _until_zero(line)
        if command == b"zPING":
            _say(line, b"PONG\0")
            return
        assert command == b"zINSTREAM", command
        data = _stream(line)
        self.heard.append(data)
        if self.fails:
            _say(line, ANSWERS[self.fails])
        else:
            _say(line, b"stream: Fake.Virus FOUND\0" if VIRUS in data else b"stream: OK\0")


def _until_zero(line: BinaryIO) -> bytes:
    read = b""
    while not read.endswith(b"\0"):
        byte = line.read(1)
        if not byte:
            break
        read += byte
    return read[:-1]


def _stream(line: BinaryIO) -> bytes:
    data = b""
    while size := struct.unpack(">I", line.read(4))[0]:
        data += line.read(size)
    return data


def _say(line: BinaryIO, words: bytes) -> None:
    line.write(words)
    line.flush()
