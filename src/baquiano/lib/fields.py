"""Model fields that are unreadable in a stolen database. They cannot be searched: use a keyed hash beside them."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models

from baquiano.lib import crypto

if TYPE_CHECKING:
    _Binary = models.BinaryField[Any, Any]
else:
    _Binary = models.BinaryField  # generic for the type checker only


class NotSearchable(TypeError):
    """An encrypted column was used in a filter: the answer would always be empty."""


class EncryptedBytes(_Binary):
    """Bytes, encrypted with the keys of the installation. `is_steady`: few rows, read all the time: what was opened stays in memory."""

    def __init__(self, *args: Any, is_steady: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._decrypt = crypto.decrypt_steady if is_steady else crypto.decrypt

    def _seal(self, value: Any) -> bytes:
        return crypto.encrypt(bytes(value))

    def _open(self, plain: bytes) -> Any:
        return plain

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = None if value is None else self._seal(value)
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self._open(self._decrypt(bytes(value)))

    def to_python(self, value: Any) -> Any:
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise NotSearchable(f"{self.name} is encrypted")

    def value_to_string(self, obj: models.Model) -> str:
        raise NotSearchable(f"{self.name} is never serialised in clear")


class EncryptedText(EncryptedBytes):
    """A text, encrypted."""

    def _seal(self, value: Any) -> bytes:
        return crypto.encrypt(str(value).encode("utf-8", "surrogatepass"))

    def _open(self, plain: bytes) -> str:
        return plain.decode("utf-8", "surrogatepass")

    def _check_str_default_value(self) -> list[Any]:
        """Django wants bytes as the default of a binary field; ours are texts until they are sealed."""
        return []


class EncryptedJSON(EncryptedBytes):
    """A small JSON value, encrypted."""

    def _seal(self, value: Any) -> bytes:
        return crypto.encrypt(
            json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        )

    def _open(self, plain: bytes) -> Any:
        return json.loads(plain.decode("utf-8", "surrogatepass"))
