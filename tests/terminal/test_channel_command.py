"""`baquiano channel`: setting up a bot and a number of SMS, and looking into a body somebody saved. Nothing secret is typed as an option."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from baquiano.channels import client
from baquiano.channels.models import Channel
from tests.fakes.provider import as_json
from tests.fakes.sms import ACCOUNT, LINE, Twilio
from tests.fakes.sms import TOKEN as TWILIO_TOKEN
from tests.fakes.telegram import BOT, TOKEN, Telegram

pytestmark = pytest.mark.django_db

BODIES = Path(__file__).parents[1] / "channels" / "bodies"
Types = Callable[[str], None]
GATEWAY = """
[send]
url = "https://gateway.example.org/send?to={to}"
body = '{"text": "{text}", "id": "{id}"}'
headers = { Authorization = "Bearer {key}" }
id = "id"

[receive]
id = "message_id"

[reports]
status = "status"
delivered = ["DELIVRD"]
"""


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Types:
    """What is typed when a secret is asked."""

    def typed(secret: str) -> None:
        monkeypatch.setattr("getpass.getpass", lambda _question: secret)

    return typed


def says(*words: str) -> str:
    out = StringIO()
    call_command("channel", *words, stdout=out)
    return out.getvalue()


def test_a_bot_is_introduced_to_telegram_and_says_what_happened(types: Types) -> None:
    with Telegram() as telegram:
        known = {"api_url": telegram.url, "webhook_secret": "el de antes"}
        line = Channel.objects.create(kind="telegram", line=BOT, name="x", settings=known, trouble="token")
        types(TOKEN)
        said = says("telegram")
        client.close()
    line.refresh_from_db()
    assert (line.name, line.trouble) == ("Telegram @prueba_bot", "")
    assert f"/webhooks/telegram/{line.pk}/" in said
    assert telegram.webhook["url"].endswith(f"/webhooks/telegram/{line.pk}/")
    assert telegram.webhook["secret_token"] == line.setting("webhook_secret") != "el de antes"
    assert "callback_query" in telegram.webhook["allowed_updates"]
    assert line.setting("previous_webhook_secret") == "el de antes"
    assert TOKEN not in said


def test_a_token_that_telegram_does_not_take_is_not_kept(types: Types) -> None:
    types("esto no es")
    with pytest.raises(CommandError, match="nothing was saved"):
        says("telegram")
    with Telegram() as telegram:
        line = Channel.objects.create(kind="telegram", line=BOT, name="x", settings={"api_url": telegram.url})
        telegram.refuse(401, "Unauthorized")
        types(TOKEN)
        with pytest.raises(CommandError, match=r"Unauthorized\. Nothing was saved") as refusal:
            says("telegram")
        client.close()
    line.refresh_from_db()
    assert line.setting("bot_token") == ""
    assert TOKEN not in str(refusal.value)


def test_a_webhook_that_telegram_refuses_is_said_in_its_words(types: Types) -> None:
    with Telegram() as telegram:
        Channel.objects.create(kind="telegram", line=BOT, name="x", settings={"api_url": telegram.url})
        types(TOKEN)
        says("telegram")
        telegram.meets(as_json({"ok": True, "result": {"id": int(BOT), "username": "prueba_bot"}}))
        telegram.refuse(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        with pytest.raises(CommandError, match="does not call us: Bad Request: bad webhook: An HTTPS URL"):
            says("telegram")
        client.close()


def test_a_number_at_twilio_knows_where_its_fate_is_told(types: Types) -> None:
    with Twilio() as twilio:
        settings = {"api_url": twilio.url, "auth_token": "el de antes"}
        line = Channel.objects.create(kind="sms", line=LINE, name="x", settings=settings)
        types(TWILIO_TOKEN)
        said = says("sms", "--provider", "twilio", "--line", f"+{LINE}", "--account", ACCOUNT, "--without-accents")
        client.close()
    line.refresh_from_db()
    assert line.setting("status_url").endswith(f"/webhooks/sms/{line.pk}/")
    assert line.setting("status_url") in said
    assert (line.setting("previous_auth_token"), line.setting("transliterate")) == ("el de antes", "yes")


def test_an_account_that_twilio_does_not_take_is_not_kept(types: Types) -> None:
    with Twilio() as twilio:
        line = Channel.objects.create(kind="sms", line=LINE, name="x", settings={"api_url": twilio.url})
        types("otro")
        with pytest.raises(CommandError, match="error 401"):
            says("sms", "--provider", "twilio", "--line", LINE, "--account", ACCOUNT)
        client.close()
    line.refresh_from_db()
    assert line.setting("auth_token") == ""
    with pytest.raises(CommandError, match="--account"):
        says("sms", "--provider", "twilio", "--line", LINE)


def test_a_gateway_is_described_in_a_file_and_keeps_its_secret(types: Types, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(GATEWAY)
    types("la clave")
    options = ("sms", "--provider", "http", "--line", "+57 300 000 0009", "--gateway", str(file))
    said = says(*options)
    line = Channel.objects.get()
    secret = line.setting("webhook_secret")
    assert (line.line, line.setting("gateway_key")) == ("573000000009", "la clave")
    assert f"/webhooks/sms/{line.pk}/{secret}/" in said
    assert "la clave" not in said
    says(*options)
    line.refresh_from_db()
    assert line.setting("webhook_secret") == secret, "the gateway need not be told again"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (GATEWAY.replace("https://", "http://"), "url in"),
        (GATEWAY.replace("{text}", "hola"), "never says"),
        (GATEWAY.replace('id = "message_id"', ""), "heard once"),
        (GATEWAY + "[more]\n", "nothing is known of"),
        (GATEWAY.replace("delivered = [", "deliverd = ["), "nothing is known of deliverd"),
        (GATEWAY.replace('"DELIVRD"', "1"), "not a list of texts"),
        (GATEWAY.replace('status = "status"', "status = 5"), "not a text"),
        (GATEWAY.replace("[send]", "[send"), "not TOML"),
        ('[send]\nbody = "{to}{text}"\n', "needs url"),
    ],
)
def test_a_gateway_that_cannot_work_is_refused_with_the_reason(tmp_path: Path, wrong: str, why: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(wrong)
    with pytest.raises(CommandError, match=why):
        says("sms", "--provider", "http", "--line", "573000000009", "--gateway", str(file))
    assert not Channel.objects.exists()


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="--line"):
        says("sms", "--provider", "http", "--line", "nosotros", "--gateway", "x")


def test_the_list_shows_every_line_and_whether_it_can_send() -> None:
    Channel.objects.create(kind="telegram", line=BOT, name="Bot", trouble="token")
    Channel.objects.create(kind="sms", line=LINE, name="SMS")
    rows = says("list").splitlines()
    assert [row.split()[1:] for row in rows] == [["telegram", "Bot", "token"], ["sms", "SMS", "open"]]


@pytest.mark.parametrize(
    ("kind", "file", "text"),
    [
        ("telegram", "text.json", "Hola, ¿cómo saco el PPT? 🙏🏽"),
        ("sms", "twilio_text.txt", "Hola, ¿cómo saco el PPT? 🙏🏽"),
        ("sms", "gateway_text.json", "Hola, ¿qué hago?"),
        ("sms", "bare_message.json", "Hola"),
    ],
)
def test_a_saved_body_is_shown_as_events(kind: str, file: str, text: str) -> None:
    event = json.loads(says("replay", kind, str(BODIES / kind / file)))
    assert (event["event"], event["text"]) == ("Received", text)
