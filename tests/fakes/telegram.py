"""A Bot API that is not Telegram's: it refuses what Telegram refuses, keeps files for a bot, and writes updates as Telegram does.

with Telegram() as telegram:
    send(wire, telegram.settings, "1:0")
    telegram.sent[0].words
    telegram.refuse(403, "Forbidden: bot was blocked by the user")
    telegram.stores("file-1", b"OggS")
"""

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.provider import Asked, Json, Provider, Said, as_json

BOT = "7000000001"
TOKEN = f"{BOT}:AAprueba-de-token_1234567890"
SECRET = "secreto-de-telegram"
CHAT = "5000000001"
BEGAN = 1_790_000_000


@dataclass(frozen=True)
class Sent:
    """One message it accepted."""

    chat: str
    message: int
    body: Json

    @property
    def words(self) -> str:
        return str(self.body["text"])

    @property
    def buttons(self) -> list[Json]:
        rows = self.body.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


class Telegram(Provider):
    """`typing`: chats that were shown "typing…"; `answered`: taps that were answered; `webhook`: what setWebhook was told."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.typing: list[str] = []
        self.answered: list[str] = []
        self.webhook: Json = {}
        self.blocked: set[str] = set()
        self._files: dict[str, tuple[bytes, int, str]] = {}
        self._numbers = itertools.count(1001)

    @property
    def settings(self) -> dict[str, str]:
        return {"bot_token": TOKEN, "api_url": self.url, "timeout_s": "5", "webhook_secret": SECRET}

    def refuse(
        self, code: int, description: str = "Prueba", *, retry_after: int | None = None, status: int = 0
    ) -> None:
        body: Json = {"ok": False, "error_code": code, "description": description}
        if retry_after is not None:
            body["parameters"] = {"retry_after": retry_after}
        self.meets(as_json(body, status or code))

    def stores(self, file_id: str, data: bytes, *, claims: int = -1, place: str = "") -> None:
        """`claims`: another size than its own; `place`: another path than under this bot."""
        self._files[file_id] = (data, claims if claims >= 0 else len(data), place or f"voice/{file_id}.oga")

    def judge(self, asked: Asked) -> Said:
        file = re.fullmatch(rf"/file/bot{re.escape(TOKEN)}/(.+)", asked.path)
        if file:
            data = next((data for data, _, place in self._files.values() if place == file[1]), None)
            return Said(404) if data is None else Said(200, data)
        method = re.fullmatch(rf"/bot{re.escape(TOKEN)}/(\w+)", asked.path)
        if method is None:
            return _error(404 if not asked.path.startswith("/bot") else 401, "Unauthorized")
        try:
            body = json.loads(asked.body)
        except ValueError:
            return _error(400, "Bad Request: can't parse JSON")
        return self._method(method[1], body)

    def _method(self, name: str, body: Json) -> Said:
        match name:
            case "sendMessage":
                return self._send_message(body)
            case "sendChatAction":
                self.typing.append(str(body["chat_id"]))
                return _ok(True)
            case "answerCallbackQuery":
                self.answered.append(str(body["callback_query_id"]))
                return _ok(True)
            case "getFile":
                return self._get_file(str(body.get("file_id")))
            case "getMe":
                return _ok({"id": int(BOT), "is_bot": True, "username": "prueba_bot", "first_name": "Prueba"})
            case "setWebhook":
                self.webhook = body
                return _ok(True)
        return _error(404, "Not Found")

    def _send_message(self, body: Json) -> Said:
        wrong = fault_in(body)
        if wrong:
            return _error(400, f"Bad Request: {wrong}")
        chat = str(body["chat_id"])
        if chat in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        number = next(self._numbers)
        self.sent.append(Sent(chat, number, body))
        return _ok({"message_id": number, "date": BEGAN, "chat": {"id": int(chat), "type": "private"}})

    def _get_file(self, file_id: str) -> Said:
        if file_id not in self._files:
            return _error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        _, size, place = self._files[file_id]
        return _ok({"file_id": file_id, "file_unique_id": "u", "file_size": size, "file_path": place})


def _ok(result: Any) -> Said:
    return as_json({"ok": True, "result": result})


def _error(code: int, description: str) -> Said:
    return as_json({"ok": False, "error_code": code, "description": description}, code)


def fault_in(body: Any) -> str:
    """Why Telegram would refuse this sendMessage; empty when it would not."""
    if not isinstance(body, dict) or not re.fullmatch(r"-?[0-9]+", str(body.get("chat_id", ""))):
        return "chat not found"
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        return "message text is empty"
    if len(text.encode("utf-16-le")) // 2 > 4096:
        return "message is too long"
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        return "reply markup is too long"
    if not all(isinstance(button.get("text"), str) and button["text"].strip() for button in buttons):
        return "text buttons are not allowed to be empty"
    if not all(1 <= len(str(button.get("callback_data", "")).encode()) <= 64 for button in buttons):
        return "BUTTON_DATA_INVALID"
    return ""


# Updates, written as Telegram writes them


def text_update(text: str, *, update: int, message: int, chat: str = CHAT, at: int = BEGAN, **more: Any) -> Json:
    return {"update_id": update, "message": _message(message, chat, at) | {"text": text} | more}


def tap_update(data: str, on: Sent, *, update: int, query: str = "") -> Json:
    """Somebody tapped a button under a message of ours."""
    under = _message(on.message, on.chat, BEGAN) | {"text": on.words, "reply_markup": on.body.get("reply_markup", {})}
    tap = {"id": query or str(update), "from": _person(on.chat), "message": under, "chat_instance": "1", "data": data}
    return {"update_id": update, "callback_query": tap}


def voice_update(file_id: str, *, update: int, message: int, chat: str = CHAT) -> Json:
    voice = {"file_id": file_id, "file_unique_id": "u", "duration": 3, "mime_type": "audio/ogg", "file_size": 9}
    return {"update_id": update, "message": _message(message, chat, BEGAN) | {"voice": voice}}


def block_update(status: str, *, update: int, chat: str = CHAT) -> Json:
    bot = {"id": int(BOT), "is_bot": True, "first_name": "Prueba"}
    news = {"chat": _chat(chat), "from": _person(chat), "date": BEGAN}
    members: Sequence[tuple[str, str]] = (("old_chat_member", "member"), ("new_chat_member", status))
    return {"update_id": update, "my_chat_member": news | {key: {"user": bot, "status": one} for key, one in members}}


def _message(number: int, chat: str, at: int) -> Json:
    return {"message_id": number, "from": _person(chat), "chat": _chat(chat), "date": at}


def _chat(chat: str) -> Json:
    return {"id": int(chat), "first_name": "Persona", "type": "private"}


def _person(chat: str) -> Json:
    return {"id": int(chat), "is_bot": False, "first_name": "Persona", "language_code": "es"}
