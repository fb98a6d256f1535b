"""`baquiano channel`."""

import getpass
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from baquiano.channels import registry, replay
from baquiano.channels.models import Channel

EXAMPLES = """Examples:
  baquiano channel list
  baquiano channel whatsapp --line 106540352242922 --name "Línea de orientación"
  baquiano channel replay whatsapp body.json
"""


class Command(BaseCommand):
    help = "Set up a channel, or see what is in a webhook body. " + EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the channels of this installation")
        whatsapp = verbs.add_parser(
            "whatsapp", help="set up a WhatsApp number; secrets are asked, never typed as options"
        )
        whatsapp.add_argument("--line", required=True, help="the phone_number_id that Meta shows")
        whatsapp.add_argument("--name", default="WhatsApp")
        again = verbs.add_parser("replay", help="the canonical events of a webhook body, one JSON object per line")
        again.add_argument("kind", choices=("whatsapp",))
        again.add_argument("file")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        match verb:
            case "list":
                self._list()
            case "whatsapp":
                self._whatsapp(options["line"], options["name"])
            case "replay":
                self._replay(options["kind"], options["file"])

    def _list(self) -> None:
        for channel in Channel.objects.order_by("id"):
            state = channel.trouble or ("open" if channel.is_open else "closed")
            self.stdout.write(f"{channel.pk}  {channel.kind:<9} {channel.name}  {state}")

    def _whatsapp(self, line: str, name: str) -> None:
        token = getpass.getpass("Access token (permanent, of the system user): ").strip()
        app_secret = getpass.getpass("App secret: ").strip()
        if not token or not app_secret:
            raise CommandError("Both are needed; nothing was saved.")
        channel, _ = Channel.objects.get_or_create(kind=Channel.ChannelKind.WHATSAPP, line=line)
        before = channel.setting("app_secret")
        verify_token = channel.setting("verify_token") or secrets.token_urlsafe(24)
        channel.name = name
        channel.settings = {
            **(channel.settings or {}),
            "access_token": token,
            "app_secret": app_secret,
            # While Meta changes over, both secrets are right.
            "previous_app_secret": before if before != app_secret else channel.setting("previous_app_secret"),
            "verify_token": verify_token,
        }
        channel.trouble = ""
        channel.save()
        url = settings.ENVIRONMENT.url + reverse("api:whatsapp", args=[channel.pk])
        self.stdout.write(f"Callback URL for Meta:  {url}\nVerify token for Meta:  {verify_token}")

    def _replay(self, kind: str, file: str) -> None:
        path = Path(file)
        if not path.is_file():
            raise CommandError(f"There is no file {file}")
        adapter = registry.sender_of(kind)
        if adapter is None:
            raise CommandError(f"{kind} has no webhooks")
        for event in adapter.parse(path.read_bytes()):
            self.stdout.write(replay.as_json_line(event))
