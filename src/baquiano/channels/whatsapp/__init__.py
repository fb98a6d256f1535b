"""WhatsApp through Meta's Cloud API."""

from baquiano.channels.protocol import Adapter
from baquiano.channels.whatsapp.adapter import WhatsApp

ADAPTER: Adapter = WhatsApp()
