"""Two providers of SMS that are nobody's: one that speaks as Twilio does, and a small gateway of JSON, as an operator might have.

with Twilio() as twilio:
    send(wire, twilio.settings, "1:0")
    twilio.sent[0].words
    twilio.refuse(21610)
    twilio.status_of(twilio.sent[0], "delivered")     # the fields it would report, and where
"""

import base64
import itertools
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from baquiano.channels.sms.gateway import as_text, described
from baquiano.channels.sms.verify import twilio_signature
from tests.fakes.provider import Asked, Json, Provider, Said, as_json

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "token-de-prueba"
LINE = "15550000001"
PHONE = "573000000001"
KEY = 'clave "de" prueba'
SECRET = "secreto-de-la-puerta"


@dataclass(frozen=True)
class Sent:
    """One SMS it accepted. `report_to`: where its fate is told."""

    provider_id: str
    to: str
    words: str
    report_to: str = ""


class Twilio(Provider):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self._media: dict[str, bytes] = {}
        self._numbers = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "provider": "twilio",
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "line": LINE,
            "api_url": self.url,
            "timeout_s": "5",
        }

    def refuse(self, code: int, status: int = 400) -> None:
        self.meets(as_json({"code": code, "message": "Prueba", "status": status}, status))

    def stores(self, media: str, data: bytes) -> None:
        """`media`: `message/media`."""
        self._media[media] = data

    def judge(self, asked: Asked) -> Said:
        if asked.path.startswith("/store/"):
            return Said(200, self._media[asked.path.removeprefix("/store/")])
        pair = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {pair}":
            return as_json({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        if asked.path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
            return as_json({"sid": ACCOUNT, "status": "active"})
        media = re.fullmatch(rf"/2010-04-01/Accounts/{ACCOUNT}/Messages/(\w+)/Media/(\w+)", asked.path)
        if media:
            key = f"{media[1]}/{media[2]}"
            return Said(307, headers={"Location": f"{self.url}/store/{key}"}) if key in self._media else Said(404)
        if asked.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return as_json({"code": 20404, "status": 404}, 404)
        return self._accept(dict(parse_qsl(asked.body.decode(), keep_blank_values=True)))

    def _accept(self, fields: dict[str, str]) -> Said:
        wrong = fault_in(fields)
        if wrong:
            return as_json({"code": wrong, "message": "Prueba", "status": 400}, 400)
        sid = f"SM{next(self._numbers):032}"
        self.sent.append(Sent(sid, fields["To"].lstrip("+"), fields["Body"], fields.get("StatusCallback", "")))
        return as_json({"sid": sid, "status": "queued", "to": fields["To"]}, 201)


def fault_in(fields: Json) -> int:
    """Twilio's code for what it would refuse; 0 when it would not."""
    if not re.fullmatch(r"\+[1-9][0-9]{4,19}", str(fields.get("To", ""))):
        return 21211
    if not fields.get("From") and not fields.get("MessagingServiceSid"):
        return 21603
    words = str(fields.get("Body", ""))
    if not words.strip():
        return 21602
    return 21617 if len(words) > 1600 else 0


def message_form(text: str, *, id: str, phone: str = PHONE, **more: str) -> bytes:
    """An incoming SMS as Twilio posts it."""
    fields = {
        "ToCountry": "US",
        "SmsStatus": "received",
        "NumMedia": "0",
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
    }
    fields |= {"MessageSid": id, "SmsSid": id, "From": f"+{phone}", "To": f"+{LINE}", "Body": text}
    return urlencode(fields | more).encode()


def status_form(sent: Sent, status: str, *, code: int = 0) -> bytes:
    fields = {"MessageSid": sent.provider_id, "SmsSid": sent.provider_id, "MessageStatus": status, "SmsStatus": status}
    fields |= {"To": f"+{sent.to}", "From": f"+{LINE}", "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01"}
    return urlencode(fields | ({"ErrorCode": str(code)} if code else {})).encode()


def signed(url: str, body: bytes) -> dict[str, str]:
    return {"X-Twilio-Signature": twilio_signature(url, body, TOKEN)}


# A gateway


def description(url: str) -> dict[str, Any]:
    """How this gateway is spoken to, as the file of a line would say."""
    return {
        "send": {
            "url": f"{url}/send?line={{from}}",
            "type": "application/json",
            "headers": {"X-Key": "{key}"},
            "body": '{"messages": [{"to": "+{to}", "body": "{text}", "ref": "{id}", "coding": {coding}}]}',
            "id": "messages.0.id",
        },
        "receive": {
            "items": "results",
            "from": "from",
            "text": "text",
            "id": "messageId",
            "time": "at",
            "country": "57",
        },
        "reports": {
            "status": "status.name",
            "id": "messageId",
            "ours": "ref",
            "code": "error.id",
            "sent": ["PENDING_ENROUTE"],
            "delivered": ["DELIVERED_TO_HANDSET"],
            "failed": ["UNDELIVERABLE", "REJECTED"],
        },
    }


class Gateway(Provider):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.codings: list[int] = []
        self._numbers = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "provider": "http",
            "gateway": as_text(described(description(self.url))),
            "gateway_key": KEY,
            "line": LINE,
            "timeout_s": "5",
            "webhook_secret": SECRET,
        }

    def refuse(self, status: int) -> None:
        self.meets(as_json({"error": "prueba"}, status))

    def judge(self, asked: Asked) -> Said:
        if asked.path != f"/send?line={LINE}":
            return as_json({}, 404)
        if asked.headers.get("X-Key") != KEY:
            return as_json({}, 401)
        try:
            (one,) = json.loads(asked.body)["messages"]
        except (ValueError, KeyError, TypeError):
            return as_json({}, 400)
        own_id = f"gw-{next(self._numbers)}"
        self.sent.append(Sent(own_id, one["to"].lstrip("+"), one["body"], one["ref"]))
        self.codings.append(one["coding"])
        return as_json({"messages": [{"id": own_id}]})


def gateway_message(text: str, *, id: str, phone: str = PHONE, at: str = "2026-09-21T14:13:20Z") -> bytes:
    return json.dumps({"results": [{"from": phone, "text": text, "messageId": id, "at": at}]}).encode()


def gateway_report(sent: Sent, name: str) -> bytes:
    return json.dumps(
        {"results": [{"messageId": sent.provider_id, "ref": sent.report_to, "status": {"name": name}}]}
    ).encode()
