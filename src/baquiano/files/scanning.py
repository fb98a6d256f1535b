"""The virus scanner of the house, if it has one: clamd, asked over its own socket (INSTREAM). It sees the bytes and nothing else.

Named and not answering, it closes the door: a file nobody looked at is not kept.
"""

import logging
import socket
import struct

from django.utils.translation import gettext as _

from baquiano.files.refusal import AttachmentRefused, NotChecked, Why

PATIENCE = 30.0  # seconds, for connecting and for each answer
_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096

log = logging.getLogger(__name__)


def scan(data: bytes, clamd: str) -> None:
    """`clamd`: "host:port", or the path of a socket. Raises `AttachmentRefused` unless the answer is that nothing was found; `NotChecked`
    if there was no answer."""
    try:
        answer = _ask(data, clamd)
    except (OSError, ValueError) as problem:
        log.error("clamd: %s", type(problem).__name__)
        raise _not_checked() from None
    if answer == b"stream: OK":
        return
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        raise AttachmentRefused(
            _("The virus scanner found something in this file. It is not kept. Do not open it."), Why.HARM
        )
    log.error("clamd: an answer that is neither OK nor FOUND")
    raise _not_checked()


def answers(clamd: str) -> bool:
    """Whether it is there: for `doctor`."""
    try:
        with _connected(clamd) as line:
            line.sendall(b"zPING\0")
            return _read(line) == b"PONG"
    except (OSError, ValueError):
        return False


def _not_checked() -> NotChecked:
    return NotChecked(
        _(
            "This file could not be checked for viruses, so it is not kept. Try again in a while; if it goes on, tell whoever looks after the system."
        )
    )


def _ask(data: bytes, clamd: str) -> bytes:
    with _connected(clamd) as line:
        line.sendall(b"zINSTREAM\0")
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE]
            line.sendall(struct.pack(">I", len(piece)) + piece)
        line.sendall(struct.pack(">I", 0))
        return _read(line)


def _connected(clamd: str) -> socket.socket:
    if "/" in clamd:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(PATIENCE)
        try:
            line.connect(clamd)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = clamd.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE)


def _read(line: socket.socket) -> bytes:
    """Until the zero byte that ends an answer. One that is cut off is no answer."""
    answer = b""
    while not answer.endswith(b"\0"):
        piece = line.recv(_LONGEST_ANSWER)
        if not piece or len(answer) > _LONGEST_ANSWER:
            raise ValueError("no answer")
        answer += piece
    return answer[:-1]
