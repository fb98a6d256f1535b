"""`baquiano chat`."""

import secrets
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import actions, thread
from baquiano.conversations.models import Conversation
from baquiano.conversations.thread import Line
from baquiano.conversations.wording import sentences
from baquiano.engine.language import LANGUAGES


class Command(BaseCommand):
    help = "The same conversation, in the terminal. Example: baquiano chat --country CO"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--country", default="", type=str.upper)
        parser.add_argument("--lang", default="es", choices=LANGUAGES)

    def handle(self, *args: Any, country: str, lang: str, **options: Any) -> None:
        if not sentences().texts:
            raise CommandError("Nothing is loaded yet. First: make demo (or baquiano demo).")
        channel, _ = Channel.objects.get_or_create(
            kind=Channel.ChannelKind.CONSOLE, line="console", defaults={"name": "Terminal"}
        )
        alias = Alias(Scheme.CONSOLE, secrets.token_urlsafe(16))
        if country:
            actions.start(channel, alias, language=lang, country=country)
        self._converse(channel, alias)

    def _converse(self, channel: Channel, alias: Alias) -> None:
        shown = 0
        conversation = actions.say(channel, alias, text="hola", client_id=uuid.uuid4().hex)
        shown = self._show(conversation, shown)
        while True:
            try:
                text = input("\n> ")
            except (EOFError, KeyboardInterrupt):
                self.stdout.write("")
                return
            conversation = actions.say(channel, alias, text=text, client_id=uuid.uuid4().hex)
            shown = self._show(conversation, shown)

    def _show(self, conversation: Conversation, shown: int) -> int:
        for line in thread.thread(conversation, after=shown):
            if line.author != "person":
                self.stdout.write("\n" + _as_text(line))
            shown = line.id
        return shown


def _as_text(line: Line) -> str:
    numbered = "\n".join(f"  {number}. {choice.in_full}" for number, choice in enumerate(line.choices, 1))
    return "\n".join(part for part in (line.text, numbered) if part)
