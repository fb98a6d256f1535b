"""What nobody outside may learn, planted in every field; and a walk through every open door that must not notice it.

Each hidden row holds words that occur nowhere else, and a point where nothing else is. The same walk before and after must hear the same:
then not only no word, but no count, order or hint of it came out.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from itertools import product
from typing import Any
from uuid import UUID, uuid5
from zlib import crc32

from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from pypdf import PdfReader

from baquiano.accounts.models import User
from baquiano.channels.models import Site
from baquiano.directory import confidential, exporting, near
from baquiano.directory.models import (
    Attribute,
    Capacity,
    Location,
    Notice,
    OldId,
    Organization,
    Problem,
    Reach,
    Service,
    ServiceAtLocation,
    Taxonomy,
    Term,
    Visibility,
)
from baquiano.lib.code_list import CodeList
from baquiano.terminal.asking import Question, ask
from baquiano.territory.models import Division
from tests.matrix.walking import Route, routes_of, sample
from tests.public.directory_house import PARTS, told

HIDDEN = (Visibility.NETWORK, Visibility.ORIENTERS, Visibility.CONFIDENTIAL)
MARK = re.compile(r"zq[a-z0-9]+zq")
LAT, LON = -33.04731, -71.44391
"""In Quilpué, where one public place is too; these digits stand nowhere else."""
_SPACE = UUID("00000000-0000-0000-0000-00000000ca11")


def canary_id(kind: str, visibility: str) -> UUID:
    return uuid5(_SPACE, f"{kind} {visibility}")


def word(kind: str, name: str, visibility: str) -> str:
    return f"zq{kind}{name}{visibility}zq".replace("_", "")


IDS = {
    (kind, visibility): canary_id(kind, visibility)
    for kind in ("organization", "service", "location", "at", "bare", "old", "second")
    for visibility in HIDDEN
}


def _texts(model: type[models.Model], kind: str, visibility: str) -> dict[str, Any]:
    """A canary in every column that holds words."""
    kept: dict[str, Any] = {}
    for column in model._meta.get_fields():
        if (
            not isinstance(column, models.CharField | models.TextField)
            or isinstance(column, CodeList)
            or column.choices
        ):
            continue
        said = word(kind, column.name, visibility)
        if column.max_length and len(said) > column.max_length:
            said = f"zq{crc32(said.encode()):08x}zq"
        if isinstance(column, models.URLField):
            said = f"https://{said}.example/"
        if isinstance(column, models.EmailField):
            said = f"{said}@example.org"
        kept[column.name] = said
    return kept


def plant(by: User, known: Service) -> None:
    """Of every visibility but the public one: an organisation, a service and its place, one without a place, and a hidden place of `known`."""
    assert known.visibility == Visibility.PUBLIC
    for visibility in HIDDEN:
        whose = Organization.objects.create(
            id=IDS["organization", visibility],
            **_texts(Organization, "organization", visibility) | {"phone": "+56 9 5550 7731"},
        )
        rich = {
            "needs": ("food", "shelter", "legal_aid"),
            "hours": "24/7",
            "phones": [{"number": "+56 9 5550 7731", "description": word("service", "phones", visibility)}],
            "areas": ("CL", "CL05"),
            "asks_documents": "no",
            "asks_status": "no",
            "cost": "free",
            "languages": ("es", "ht"),
            "visibility": visibility,
        }
        texts = _texts(Service, "service", visibility)
        what = Service.objects.create(id=IDS["service", visibility], organization=whose, **texts | rich)
        bare = {**texts, "name": word("bare", "name", visibility)} | rich
        Service.objects.create(id=IDS["bare", visibility], organization=whose, **bare)
        where = _place(visibility)
        at = ServiceAtLocation.objects.create(
            id=IDS["at", visibility],
            service=what,
            location=where,
            **_texts(ServiceAtLocation, "at", visibility) | {"hours": "24/7"},
        )
        ServiceAtLocation.objects.create(
            id=IDS["second", visibility],
            service=known,
            location=where,
            **_texts(ServiceAtLocation, "second", visibility) | {"hours": "24/7"},
        )
        _around(what, at, visibility, by)
    told()


def _place(visibility: str) -> Location:
    there = Division.objects.get(pcode="CL05801")
    values = _texts(Location, "location", visibility) | {
        "hours": "24/7",
        "country": "CL",
        "division": there,
        "zone": "America/Santiago",
        "latitude": LAT,
        "longitude": LON,
        "visibility": visibility,
        "phones": [{"number": "+56 9 5550 7731"}],
    }
    if visibility == Visibility.CONFIDENTIAL:
        values = confidential.closed(values)
    return Location.objects.create(id=IDS["location", visibility], **values)


def _around(what: Service, at: ServiceAtLocation, visibility: str, by: User) -> None:
    now = timezone.now()
    lasts = {"begins_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=3), "by": by}
    for about in ({"service": what}, {"at": at}, {"location": at.location}, {"organization": what.organization}):
        Notice.objects.create(kind="message", text=word("notice", next(iter(about)), visibility), **about, **lasts)
    Capacity.objects.create(
        service=what,
        at=at,
        unit=word("capacity", "unit", visibility),
        available=7731,
        description=word("capacity", "description", visibility),
        updated_at=now,
        good_until=now + timedelta(hours=5),
        by=by,
    )
    Problem.objects.create(service=what, reason="closed", door="web", door_hash="a")
    Problem.objects.create(service=what, reason="closed", door="web", door_hash="b")
    what.confirmations.create(parts=PARTS, on=timezone.localdate(), by=by, how="call")
    OldId.objects.create(old=IDS["old", visibility], entity="service", row=what.pk, by=by)
    for row in (what.pk, at.pk, at.location_id, what.organization_id):
        Attribute.objects.create(
            entity="service", row=row, term=_term(), value=word("attribute", "value", visibility), label="zqlabelzq"
        )


def _term() -> Term:
    """Of a foreign taxonomy that was there before: a vocabulary is no secret, only who bears a term."""
    return Term.objects.get()


def furnish_before() -> None:
    taxonomy = Taxonomy.objects.create(name="Ajena", description="De otros")
    Term.objects.create(taxonomy=taxonomy, code="x", name="Término ajeno", description="De otros")
    Site.objects.create(token="vecina", name="Página vecina", origins=["https://vecina.example"])


# -- the walk -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """What one door answered: to which request, and every word of it that does not differ by chance."""

    request: str
    status: int
    body: str
    leads_to: str = ""


@dataclass
class Walk:
    """Every open door, asked for everything that the canaries are called."""

    known: Service
    heard: dict[str, Heard] = field(default_factory=dict)

    def go(self) -> dict[str, Heard]:
        for route in _open_routes():
            for address in self._addresses(route):
                self._get(address)
                if route.name in ASKED:
                    for query in ASKED[route.name]:
                        self._get(address + query)
        for address, sent in self._posts():
            self._post(address, sent)
        self._chat()
        self._engine()
        self._exports()
        return self.heard

    # -- by HTTP ----------------------------------------------------------------------------------------------------------

    def _addresses(self, route: Route) -> Iterator[str]:
        names = route.parameters
        values = {name: self._values(name, converter) for name, converter in route.converters}
        if {"service", "place"} & set(names) and "language" in names:
            values["language"] = ["es"]  # heavy or many: one language stands for the others
        for chosen in product(*values.values()):
            kwargs = dict(zip(names, chosen, strict=True))
            if "at" not in kwargs or (kwargs["service"], kwargs["at"]) in self._pairs():
                yield reverse(route.name, kwargs=kwargs)

    def _pairs(self) -> set[tuple[UUID, UUID]]:
        """A service and one of its places; each hidden service at its own, and the known one at all of its."""
        hidden = {(IDS["service", visibility], IDS["at", visibility]) for visibility in HIDDEN}
        return hidden | {(self.known.pk, at) for at in (*self._places(), *(IDS["second", v] for v in HIDDEN))}

    def _places(self) -> list[UUID]:
        return list(self.known.at.filter(location__visibility="public").values_list("pk", flat=True))

    def _values(self, name: str, converter: Any) -> list[Any]:
        ids = [IDS[kind, visibility] for kind in ("service", "bare", "old") for visibility in HIDDEN]
        ats = [IDS[kind, visibility] for kind in ("at", "second") for visibility in HIDDEN]
        known: dict[str, list[Any]] = {
            "language": ["es", "ht"],
            "country": ["CL", "CO"],
            "branch": ["salud", "proteccion"],
            "topic": ["cl_fonasa", "gen_violencia", "nada"],
            "article": ["cl_fonasa"],
            "service": [*ids, self.known.pk],
            "at": [*ats, *self._places()],
            "place": ["cl05801"],
            "site": ["vecina"],
            "id": [str(one) for one in (*IDS.values(), self.known.pk, *self._places())],
        }
        return known.get(name) or [sample(converter)]

    def _get(self, address: str) -> None:
        self._keep(f"GET {address}", Client(headers={"accept-language": "es"}).get(address))

    def _post(self, address: str, sent: dict[str, str]) -> None:
        browser = Client(headers={"accept-language": "es"})
        self._keep(f"POST {address} {json.dumps(sent, sort_keys=True, default=str)}", browser.post(address, sent))

    def _keep(self, request: str, response: Any) -> None:
        self.heard[request] = Heard(
            request, response.status_code, _said(response), response.headers.get("Location", "")
        )

    def _posts(self) -> Iterator[tuple[str, dict[str, str]]]:
        typed = (
            [word("location", "city", v) for v in HIDDEN]
            + [word("service", "name", v) for v in HIDDEN]
            + ["Quilpué", "Kilpue"]
        )
        for text in typed:
            yield "/es/cl/lugares/cerca/", {"where": text, "need": "food"}
            yield "/es/lugares/cerca/", {"where": text}
        for more in (
            {},
            {"open": "1"},
            {"papers": "1", "status": "1", "free": "1"},
            {"tongue": "ht"},
            {"need": "shelter"},
            {"first": "1"},
        ):
            yield "/es/cl/lugares/cerca/", {"need": "food", "lat": str(LAT), "lon": str(LON), **more}
        for kind, visibility in product(("service", "bare", "old"), HIDDEN):
            address = reverse("public:report_problem", kwargs={"language": "es", "service": IDS[kind, visibility]})
            yield address, {"reason": "closed", "client_id": "c" * 24}
            yield address, {"reason": "closed", "client_id": "c" * 24, "at": str(IDS["at", visibility])}
        known = reverse("public:report_problem", kwargs={"language": "es", "service": self.known.pk})
        for visibility in HIDDEN:
            yield known, {"reason": "closed", "client_id": "d" * 24, "at": str(IDS["second", visibility])}

    # -- by words ---------------------------------------------------------------------------------------------------------

    def _chat(self) -> None:
        for text in WORDS:
            browser = Client(headers={"accept-language": "es"})
            for number, said in enumerate(text):
                sent = {"text": said, "client_id": f"{number:02}{abs(hash(text)):022}"[:24], "country": "CL"}
                browser.post("/es/chat/say/", sent)
            self._keep(f"chat {text}", browser.get("/es/chat/"))

    def _engine(self) -> None:
        """As the console, WhatsApp and the telephone ask it."""
        for text, language in product(WORDS, ("es", "en")):
            told = ask(Question("", text[-1], "CL", language))
            self.heard[f"ask {language} {text[-1]}"] = Heard(text[-1], 0, _plain(told.text))

    # -- by the programs that hand it on --------------------------------------------------------------------------------------

    def _exports(self) -> None:
        today, anyone = timezone.localdate(), Reach.ANYONE
        services = list(exporting.services_within(anyone).values_list("pk", flat=True))
        ats = list(exporting.at_within(anyone).values_list("pk", flat=True))
        whose = list(exporting.organizations_within(anyone).values_list("pk", flat=True))
        every = [*services, *[IDS["service", v] for v in HIDDEN], *[IDS["bare", v] for v in HIDDEN]]
        asked = {
            "services": exporting.services(every, reach=anyone, on=today, full=True),
            "at": exporting.service_at_locations(
                [*ats, *[IDS[k, v] for k in ("at", "second") for v in HIDDEN]], reach=anyone, on=today, full=True
            ),
            "organizations": exporting.organizations(
                [*whose, *[IDS["organization", v] for v in HIDDEN]],
                reach=anyone,
                on=today,
                full=True,
                full_service=True,
            ),
            "locations": exporting.locations([IDS["location", v] for v in HIDDEN], reach=anyone, on=today),
            "terms": [exporting.taxonomies(), exporting.terms()],
        }
        for name, rows in asked.items():
            self.heard[f"export {name}"] = Heard(name, 0, json.dumps(rows, sort_keys=True, default=str))
        for need in ("", "food", "shelter", "legal_aid", "violence"):
            wanted = near.Wanted(need=need, point=near.Point(LAT, LON), country="CL")
            found = near.find(wanted, reach=anyone, now=timezone.now(), count=1000)
            self.heard[f"near {need}"] = Heard(
                need, 0, f"{found.total} {[(hit.service, hit.at) for hit in found.hits]}"
            )


WORDS = [
    ("menú",),
    ("lugares cerca",),
    ("comida en Quilpué",),
    ("comida en Quilpué", "más"),
    ("albergue en Quilpué", "más"),
    ("refugio para mujeres en Quilpué",),
    ("casa de acogida para víctimas de violencia cerca",),
    ("¿dónde queda la casa de acogida?",),
    (word("service", "name", Visibility.CONFIDENTIAL),),
    (word("location", "city", Visibility.NETWORK),),
    (f"teléfono de {word('organization', 'name', Visibility.ORIENTERS)}",),
]
_QUERIES = (
    "?need=food&place=CL05801",
    "?need=shelter&place=CL05801",
    "?place=CL05801",
    "?place=CL05801&open=1&papers=1&status=1&free=1&women=1&children=1&steps=1",
    "?need=food&place=CL05801&tongue=ht",
    "?need=food&place=CL05",
    "?need=food",
    "?need=violence&place=CL05801",
    f"?need=food&place=CL05801&lat={LAT}&lon={LON}",
)
_OF_LISTS = (
    "?full=true&per_page=100",
    "?per_page=1",
    "?format=ndjson",
    *(f"?search={word(*one)}" for one in (("service", "name", "confidential"), ("organization", "name", "network"))),
    "?search=zq",
    "?need=food",
    "?need=shelter&accepts=none&language=ht",
    f"?near={LAT},{LON}&radius=5000",
    f"?near={LAT},{LON}&open_at=2026-11-24T15:00:00Z",
    *(f"?organization_id={IDS['organization', visibility]}" for visibility in HIDDEN),
    "?modified_after=2026-11-01T00:00:00Z",
)
ASKED = {
    "public:places": _QUERIES,
    "api:hsds_services": _OF_LISTS,
    "api:hsds_service_at_locations": _OF_LISTS,
    "api:hsds_organizations": ("?full=true&full_service=true&per_page=100", "?search=zq", "?per_page=1"),
    "api:hsds_taxonomies": ("?search=zq", "?per_page=1"),
    "api:hsds_taxonomy_terms": ("?search=zq", "?per_page=1"),
}
"""What is asked of a list beside its address."""
OTHER_WORK = {"api:webhook", "public:exit"}
"""Doors that answer nothing of ours."""


def _open_routes() -> list[Route]:
    found = routes_of(get_resolver())
    return [one for one in found if one.name.startswith(("public:", "api:")) and one.name not in OTHER_WORK]


def _said(response: Any) -> str:
    kind = response.headers.get("Content-Type", "")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if kind.startswith("application/pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return _plain(content.decode(errors="replace"))


_BY_CHANCE = (
    (re.compile(r'name="client_id" value="[^"]*"'), ""),
    (re.compile(r'(id="m|data-id="|name="after" value="|#m)\d+'), r"\1"),
    (re.compile(r"useful:\d+|useless:\d+"), ""),
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'), ""),
    (re.compile(r'(name="token" value=")[^"]*"'), r"\1"),
    (re.compile(r'(value=")[\w-]+:(\w+:)'), r"\1\2"),
)
"""Ids of messages and forms, which count up or are drawn."""


def _plain(text: str) -> str:
    for pattern, instead in _BY_CHANCE:
        text = pattern.sub(instead, text)
    return text


def leaks(heard: Heard) -> set[str]:
    """Canaries in an answer, save for those that were themselves asked for."""
    body = f"{heard.body} {heard.leads_to}"
    found = {one for one in MARK.findall(body) if one not in heard.request}
    found |= {str(one) for one in IDS.values() if str(one) in body and str(one) not in heard.request}
    secrets = ("33.0473", "71.4439", "5550 7731", "55507731", "7731")
    return found | {secret for secret in secrets if secret in body and secret not in heard.request}
