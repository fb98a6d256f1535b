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
from baquiano.terminal import lines, proposals

EXAMPLES = """Examples:
  baquiano channel list
  baquiano channel whatsapp --line 106540352242922 --account 102290129340398 --name "Línea de orientación"
  baquiano channel telegram --name "Bot de orientación"
  baquiano channel sms --provider twilio --line +15550000001 --account AC00000000000000000000000000000001
  baquiano channel sms --provider http --line +573000000001 --gateway gateway.toml
  baquiano channel templates
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
        whatsapp.add_argument("--no-signals", action="store_true", help="no blue ticks and no “typing…”")
        whatsapp.add_argument(
            "--account", default="", help="the ID of the WhatsApp Business account, to see how the line is"
        )
        telegram = verbs.add_parser("telegram", help="set up a bot of Telegram; its token is asked")
        telegram.add_argument("--name", default="", help="as colleagues see it; otherwise the name of the bot")
        sms = verbs.add_parser("sms", help="set up a number of SMS; secrets are asked, never typed as options")
        sms.add_argument(
            "--provider", required=True, choices=("twilio", "http"), help="http: any gateway, described in a file"
        )
        sms.add_argument("--line", required=True, help="our own number, with that of its country")
        sms.add_argument("--name", default="SMS")
        sms.add_argument("--account", default="", help="Twilio: the Account SID")
        sms.add_argument(
            "--messaging-service", default="", help="Twilio: the SID of a messaging service, if it sends through one"
        )
        sms.add_argument("--gateway", default="", help="http: the file (TOML) that describes the gateway")
        sms.add_argument("--without-accents", action="store_true", help="leave accents out where that saves a message")
        verbs.add_parser("templates", help="the texts to have approved at Meta, and how far each is")
        again = verbs.add_parser("replay", help="the canonical events of a webhook body, one JSON object per line")
        again.add_argument("kind", choices=registry.kinds_with_sender())
        again.add_argument("file")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        match verb:
            case "list":
                self._list()
            case "whatsapp":
                self._whatsapp(options["line"], options["name"], options["account"], options["no_signals"])
            case "telegram":
                self.stdout.write(lines.set_up_telegram(options["name"]))
            case "sms":
                self._sms(options)
            case "templates":
                self._templates()
            case "replay":
                self._replay(options["kind"], options["file"])

    def _list(self) -> None:
        for channel in Channel.objects.order_by("id"):
            state = "stopped" if channel.stopped_at else channel.trouble or ("open" if channel.is_open else "closed")
            self.stdout.write(f"{channel.pk}  {channel.kind:<9} {channel.name}  {state}")

    def _templates(self) -> None:
        for line in Channel.objects.filter(kind=Channel.ChannelKind.WHATSAPP).order_by("id"):
            self.stdout.write(f"{line.pk}  {line.name}")
            for one in proposals.propose(line):
                self.stdout.write(f"  {one.name}  {one.language}  {one.category}  {one.state}\n    {one.text}")

    def _whatsapp(self, line: str, name: str, account: str, no_signals: bool) -> None:
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
            "no_signals": "yes" if no_signals else "",
            "account_id": account or channel.setting("account_id"),
        }
        channel.trouble = ""
        channel.save()
        url = settings.ENVIRONMENT.url + reverse("api:webhook", args=[channel.kind, channel.pk])
        self.stdout.write(f"Callback URL for Meta:  {url}\nVerify token for Meta:  {verify_token}")

    def _sms(self, options: dict[str, Any]) -> None:
        number, name, without_accents = options["line"], options["name"], options["without_accents"]
        if options["provider"] == "twilio":
            account, service = options["account"], options["messaging_service"]
            said = lines.set_up_twilio(number, name, account, service, without_accents=without_accents)
        else:
            said = lines.set_up_gateway(number, name, options["gateway"], without_accents=without_accents)
        self.stdout.write(said)

    def _replay(self, kind: str, file: str) -> None:
        path = Path(file)
        if not path.is_file():
            raise CommandError(f"There is no file {file}")
        adapter = registry.sender_of(kind)
        if adapter is None:
            raise CommandError(f"{kind} has no webhooks")
        for event in adapter.parse(path.read_bytes()):
            self.stdout.write(replay.as_json_line(event))
