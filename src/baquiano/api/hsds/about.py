"""What the API says of itself: the base, its OpenAPI document, and the profile: what we add to HSDS and how we mean it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from baquiano.accounts.models import organisation
from baquiano.api.hsds import openapi
from baquiano.api.hsds.answering import Asked, as_json, door
from baquiano.directory import exporting, shapes

STANDARD = "https://docs.openreferral.org/en/latest/"
RULES = (
    "Only what anybody may know is here. A place that could put people in danger by being known is in no list, count or search.",
    "`assured_date` is the day on which a person last confirmed the service with whoever offers it. Nothing else moves it.",
    "A service whose confirmation is too old is left out; one for emergencies stays.",
    "What is not said is not known: it is no \"no\", and an hour that is not said is not \"closed\".",
    "Whom a service is for, which documents it asks for and what it costs are attributes with terms of our own taxonomies.",
    "Every parameter narrows. A parameter that is not known is refused, so that no typing error answers the whole directory.",
    "`external_identifier_type` \"pcode\": the code of the division in the list of OCHA (CL05101, CO11001).",
    "Where nobody knows a postal code it is an empty text: HSDS requires the field.",
    "The offset of a schedule is that of the day of the answer; the zone by name stands at the place (`timezone_name`).",
    "`near` and what it finds are kept nowhere.",
)  # fmt: skip


@door("")
def base(asked: Asked) -> HttpResponseBase:
    us = organisation()
    return as_json(
        {
            "version": shapes.VERSION,
            "profile": _address(asked.request, "api:hsds_profile"),
            "openapi_url": _address(asked.request, "api:hsds_openapi"),
            "description": "Services for migrants, refugees, returnees and their neighbours.",
            "publisher": {"name": us.name or "Baquiano", "website": asked.request.build_absolute_uri("/")},
        }
    )


@door("")
def described(asked: Asked) -> HttpResponseBase:
    return as_json(openapi.document(_address(asked.request, "api:hsds_base")))


@door("")
def profile(asked: Asked) -> HttpResponseBase:
    return as_json(
        {
            "name": "Perfil de orientación migratoria",
            "version": "1",
            "uri": _address(asked.request, "api:hsds_profile"),
            "extends": {"name": "HSDS", "version": shapes.VERSION, "documentation": STANDARD},
            "language": "es",
            "description": "HSDS for orienting people who migrate: near a point, open at a moment, by need, document and language.",
            "rules": list(RULES),
            **openapi.ours(),
            "taxonomies": exporting.taxonomies(),
        }
    )


def _address(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(reverse(name))
