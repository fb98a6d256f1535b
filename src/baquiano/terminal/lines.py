"""Setting up a line of Telegram or of SMS from a shell. Secrets are asked, never typed as options; every function says what happened."""

import getpass
import re
import secrets
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse

from baquiano.channels.models import Channel
from baquiano.channels.sms import joining as sms
from baquiano.channels.sms.gateway import BadGateway, as_text, described
from baquiano.channels.telegram import joining as telegram
from baquiano.channels.telegram.send import bot_of


def set_up_telegram(name: str) -> str:
    token = getpass.getpass("Token of the bot (from @BotFather): ").strip()
    if not bot_of(token):
        raise CommandError("This is no token: it looks like 123456789:AA… ; nothing was saved.")
    line = Channel.objects.filter(kind=Channel.ChannelKind.TELEGRAM, line=bot_of(token)).first()
    known = _told(line) | {"bot_token": token}
    try:
        bot = telegram.who(known)
    except telegram.NotJoined as reason:
        raise CommandError(f"Telegram does not take this token: {reason}. Nothing was saved.") from None
    line = line or Channel(kind=Channel.ChannelKind.TELEGRAM, line=bot.id)
    secret = secrets.token_urlsafe(24)
    # While Telegram changes over, both secrets are right.
    known |= {"webhook_secret": secret, "previous_webhook_secret": known.get("webhook_secret", "")}
    _keep(line, name or f"Telegram @{bot.username}", known)
    try:
        telegram.knock_at(address_of(line), secret, known)
    except telegram.NotJoined as reason:
        raise CommandError(
            f"The token is saved, but Telegram does not call us: {reason}. Mend it and type this command again."
        ) from None
    return f"https://t.me/{bot.username} writes to {address_of(line)}\nWrite “hola” to it from your own telephone."


def set_up_twilio(number: str, name: str, account: str, messaging_service: str, *, without_accents: bool) -> str:
    line = _line_of_sms(number)
    known = _told(line) | {"provider": "twilio", "line": line.line, "messaging_service": messaging_service}
    if not account:
        raise CommandError("--account is needed: the Account SID that Twilio shows (AC…). Nothing was saved.")
    token = getpass.getpass("Auth token of the account: ").strip()
    before = known.get("auth_token", "")
    known |= {"account_sid": account, "auth_token": token}
    # While a token is being replaced, both sign.
    known["previous_auth_token"] = before if before != token else known.get("previous_auth_token", "")
    known["transliterate"] = "yes" if without_accents else ""
    try:
        sms.account_is_open(known)
    except sms.NotJoined as reason:
        raise CommandError(f"Twilio does not take this account and token: {reason}. Nothing was saved.") from None
    _keep(line, name, known)
    _keep(line, name, known | {"status_url": address_of(line)})
    return f"Twilio takes the account.\nPaste for “A message comes in” (HTTP POST):  {address_of(line)}"


def set_up_gateway(number: str, name: str, file: str, *, without_accents: bool) -> str:
    line = _line_of_sms(number)
    try:
        gateway = described(tomllib.loads(Path(file).read_text()))
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"There is no file {file}; nothing was saved.") from None
    except tomllib.TOMLDecodeError as reason:
        raise CommandError(f"{file} is not TOML: {reason}. Nothing was saved.") from None
    except BadGateway as reason:
        raise CommandError(f"{file}: {reason}. Nothing was saved.") from None
    known = _told(line) | {"provider": "http", "line": line.line, "gateway": as_text(gateway)}
    known["gateway_key"] = getpass.getpass("Key of the gateway, for {key} (nothing if it has none): ").strip()
    known["webhook_secret"] = known.get("webhook_secret") or secrets.token_urlsafe(24)
    known["transliterate"] = "yes" if without_accents else ""
    _keep(line, name, known)
    secret, header = known["webhook_secret"], gateway.receive.secret_header
    return (
        f"The gateway brings messages and reports to:  {address_of(line)}{secret}/\n"
        f"or, if it can send a header, to:             {address_of(line)}  with  {header}: {secret}"
    )


def address_of(line: Channel) -> str:
    return str(settings.ENVIRONMENT.url) + reverse("api:webhook", args=[line.kind, line.pk])


def _line_of_sms(number: str) -> Channel:
    digits = re.sub(r"[\s().+-]", "", number)
    if not re.fullmatch(r"[0-9]{3,20}", digits, re.ASCII):
        raise CommandError("--line is our own number, with the number of its country: +573001234567")
    kind = Channel.ChannelKind.SMS
    return Channel.objects.filter(kind=kind, line=digits).first() or Channel(kind=kind, line=digits)


def _told(line: Channel | None) -> dict[str, str]:
    found: dict[str, Any] = (line.settings or {}) if line else {}
    return {key: str(value) for key, value in found.items()}


def _keep(line: Channel, name: str, known: dict[str, str]) -> None:
    """A line that was mended may send again."""
    line.name, line.settings, line.trouble = name, known, ""
    line.save()
