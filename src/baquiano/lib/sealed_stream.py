"""One long encrypted stream: any size, little memory, and any change of it is noticed.

Layout: a mark, the length of a public header, the header (JSON, readable by everybody, so nothing of content goes in), a random
salt, then chunks. Each chunk is sealed with ChaCha20-Poly1305 under its number and whether it is the last, as in the STREAM
construction: a chunk altered, moved, repeated, left out or cut off at the end does not open. The key belongs to this one
stream: HKDF of an encryption key, the salt and the header, so an altered header opens nothing either.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from baquiano.lib import crypto

MARK = b"BAQUIANO SEALED 1\n"
CHUNK = 64 * 1024
TAG = 16
SALT = 32
LONGEST_HEADER = 4096


class Damaged(RuntimeError):
    """The stream was cut, altered, or is none of ours. Says nothing about the content."""


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _box(header: bytes, salt: bytes, key: str, purpose: str) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(crypto.derived(key, purpose, salt + hashlib.sha256(header).digest()))


class Sealer(io.RawIOBase):
    """Write into it; `close` seals the last chunk. Without `close` the stream is cut, and will not open. Leaves `out` open."""

    def __init__(self, out: BinaryIO, header: Mapping[str, str], *, purpose: str) -> None:
        key = crypto.fingerprints()[0]
        public = json.dumps({**header, "key": key}, sort_keys=True).encode()
        salt = os.urandom(SALT)
        out.write(MARK + len(public).to_bytes(2, "big") + public + salt)
        self._out = out
        self._box = _box(public, salt, key, purpose)
        self._waiting = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:  # never all of it: the last chunk must know that it is
            self._seal(CHUNK, is_last=False)
        return len(data)

    def _seal(self, length: int, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._out.write(self._box.encrypt(nonce, bytes(self._waiting[:length]), None))
        del self._waiting[:length]
        self._number += 1

    def close(self) -> None:
        if not self.closed:
            self._seal(len(self._waiting), is_last=True)
        super().close()

    def give_up(self) -> None:
        """Closed without the last chunk: what was written so far never opens."""
        super().close()


def read_header(stream: BinaryIO) -> tuple[dict[str, str], bytes]:
    """The public header, and its bytes as they stand there. Raises Damaged. It is not to be believed before the stream has opened."""
    if stream.read(len(MARK)) != MARK:
        raise Damaged("it does not begin as one of ours")
    length = int.from_bytes(stream.read(2), "big")
    public = stream.read(length) if length <= LONGEST_HEADER else b""
    try:
        header = json.loads(public)
    except ValueError:
        raise Damaged("its header is not whole") from None
    if not isinstance(header, dict) or not all(isinstance(value, str) for value in header.values()):
        raise Damaged("its header is not whole")
    return header, public


class Opener(io.RawIOBase):
    """Read from it: only bytes that are proven come out. Raises Damaged at the first chunk that does not open, WrongKey at once.

    Whoever reads to the end knows that nothing is missing.
    """

    def __init__(self, stream: BinaryIO, *, purpose: str) -> None:
        self.header, public = read_header(stream)
        salt = stream.read(SALT)
        if len(salt) != SALT:
            raise Damaged("it is cut")
        self._box = _box(public, salt, self.header.get("key", ""), purpose)
        self._stream = stream
        self._ahead = stream.read(CHUNK + TAG)
        self._ready = memoryview(b"")
        self._number = 0
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._is_over:
            self._next()
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> None:
        sealed, self._ahead = self._ahead, self._stream.read(CHUNK + TAG)
        self._is_over = not self._ahead
        try:
            plain = self._box.decrypt(_nonce(self._number, is_last=self._is_over), sealed, None)
        except (InvalidTag, ValueError):
            raise Damaged("it is cut or altered") from None
        self._ready = memoryview(plain)
        self._number += 1
