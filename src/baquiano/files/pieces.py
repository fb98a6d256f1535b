"""A file in numbered pieces, each encrypted and signed (AES-256-GCM) with a key that belongs to this file alone.

The number and the mark of the last one are part of what is signed: a piece that is missing, doubled, moved, cut or taken from another file
does not open. Whoever throws the key away has erased the file, wherever its pieces still lie.
"""

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE = 256 * 1024


class PieceAltered(Exception):
    """This piece is not what was written here. Says nothing about the content."""


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def count(size: int) -> int:
    """Into how many pieces so many bytes go. Nothing goes into one."""
    return max(1, -(-size // PIECE))


def seal(data: bytes, key: bytes) -> Iterator[bytes]:
    """The pieces in order. A key seals one file, once: the number is what makes each use of it different."""
    box, pieces = AESGCM(key), count(len(data))
    for number in range(pieces):
        yield box.encrypt(_place(number, pieces), data[number * PIECE : (number + 1) * PIECE], None)


def unseal(piece: bytes, key: bytes, number: int, pieces: int) -> bytes:
    """Raises `PieceAltered`."""
    try:
        return AESGCM(key).decrypt(_place(number, pieces), piece, None)
    except InvalidTag:
        raise PieceAltered("a stored piece does not open at this place") from None


def _place(number: int, pieces: int) -> bytes:
    """Twelve bytes that no other piece of this file has."""
    return number.to_bytes(8, "big") + (number == pieces - 1).to_bytes(4, "big")
