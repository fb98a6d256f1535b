"""A mail server that is not one: it speaks SMTP over TCP, keeps what it is handed, and fails in the ways a real one does.

with MailBox() as box:
    ...                                  # mail goes to box.server()
    box.mails                            # what it took, parsed
    box.fails = "refuses"                # or "later", "hangs", "hangs up", "hangs up after the mail", "password"
"""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, BinaryIO

from baquiano.lib.mail_server import MailServer


class MailBox:
    """Listens on a free port of this machine."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.heard: list[bytes] = []
        self.connections = 0
        self.fails = ""
        self._ends = threading.Event()
        outer = self

        class Talk(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(5)
                outer.connections += 1
                try:
                    outer._talk(self.request.makefile("rwb"))
                except OSError:
                    return  # the other side has gone

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> "MailBox":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def server(self, **other: Any) -> MailServer:
        port = int(self._server.server_address[1])
        given = {"tls": "none", "sender": "Baquiano <avisos@example.org>", "answer_within": 0.5, **other}
        return MailServer("127.0.0.1", port, **given)

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def _talk(self, line: BinaryIO) -> None:
        if self.fails == "hangs up":
            return
        if self.fails == "hangs":
            self._ends.wait(5)
            return
        _say(line, b"220 a fake")
        while asked := line.readline():
            self.heard.append(asked)
            word = asked.split()[0].upper() if asked.split() else b""
            if word == b"DATA":
                if not self._takes(line):
                    return
            elif word == b"EHLO":
                _say(line, b"250-a fake\r\n250 AUTH PLAIN")
            elif word == b"AUTH":
                _say(line, b"535 no" if self.fails == "password" else b"235 welcome")
            elif word == b"RCPT" and self.fails in ("refuses", "later"):
                _say(line, b"550 nobody here" if self.fails == "refuses" else b"451 come back")
            elif word == b"QUIT":
                _say(line, b"221 bye")
                return
            else:
                _say(line, b"250 good")

    def _takes(self, line: BinaryIO) -> bool:
        _say(line, b"354 go on")
        lines = []
        while (one := line.readline()) and one != b".\r\n":
            lines.append(one)
        self.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if self.fails == "hangs up after the mail":
            return False
        _say(line, b"250 taken")
        return True


def _say(line: BinaryIO, words: bytes) -> None:
    line.write(words + b"\r\n")
    line.flush()
