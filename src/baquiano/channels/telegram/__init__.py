"""Telegram through its Bot API."""

from baquiano.channels.protocol import Adapter
from baquiano.channels.telegram.adapter import Telegram

ADAPTER: Adapter = Telegram()
