"""Lists that an editor writes one a line, and HSDS keeps as objects. What a line does not show (an id, an extension) is kept."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from baquiano.accounts.models import organisation
from baquiano.lib.text import fold
from baquiano.territory.models import Country, Division

_DIGITS = re.compile(r"\d")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?")
_THOUSANDS_ELSEWHERE = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,2})?")
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,6})?")
_CODE = re.compile(r"\(([A-Z]{2}\d*)\)\s*$|^([A-Z]{2}\d*)$")
Items = list[dict[str, Any]]


def from_phones(phones: Sequence[dict[str, Any]]) -> str:
    return "\n".join("; ".join(filter(None, (one.get("number", ""), one.get("description", "")))) for one in phones)


def to_phones(text: str, before: Sequence[dict[str, Any]]) -> Items:
    """ "number; what it is for". Raises ValidationError, naming the line, for one without a number."""
    kept = {one.get("number", ""): one for one in before}
    found: Items = []
    for line in _lines(text):
        number, _semicolon, what = (part.strip() for part in line.partition(";"))
        if len(_DIGITS.findall(number)) < 2:
            raise ValidationError(_("There is no telephone number in “%(line)s”.") % {"line": line})
        rest = {name: value for name, value in kept.get(number, {}).items() if name != "description"}
        found.append({**rest, "number": number, **({"description": what} if what else {})})
    return found


def from_documents(documents: Sequence[dict[str, Any]]) -> str:
    return "\n".join(one.get("document", "") for one in documents)


def to_documents(text: str, before: Sequence[dict[str, Any]]) -> Items:
    kept = {one.get("document", ""): one for one in before}
    return [kept.get(line, {"document": line}) for line in _lines(text)]


def from_costs(costs: Sequence[dict[str, Any]]) -> str:
    return "\n".join(_cost(one) for one in costs)


def _cost(one: dict[str, Any]) -> str:
    parts = (one.get("option", ""), str(one.get("amount", "")).replace(".", ","), one.get("currency", ""))
    return "; ".join(parts).rstrip("; ")


def to_costs(text: str, before: Sequence[dict[str, Any]]) -> Items:
    """ "what; how much; currency". Raises ValidationError, naming the line, for an amount that is no number."""
    kept = {one.get("option", ""): one for one in before}
    untouched = {_cost(one): one for one in before}
    found: Items = []
    for line in _lines(text):
        if line in untouched:
            found.append(untouched[line])
            continue
        option, amount, currency = (*(part.strip() for part in line.split(";", 2)), "", "")[:3]
        given = {"amount": _amount(amount, line), "currency": currency.upper()}
        rest = {name: value for name, value in kept.get(option, {}).items() if name not in given}
        found.append(
            {**rest, "option": option, **{name: value for name, value in given.items() if value not in ("", None)}}
        )
    return found


def _amount(text: str, line: str) -> float | int | None:
    """ "5.000" and "5,000" are five thousand: nobody asks for a thousandth of a peso."""
    plain = text.removeprefix("$").strip()
    if not plain:
        return None
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "")
    elif _THOUSANDS_ELSEWHERE.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise ValidationError(_("The amount in “%(line)s” is not a number.") % {"line": line})
    number = float(plain.replace(",", "."))
    return int(number) if number.is_integer() else number


def from_areas(codes: Sequence[str]) -> str:
    """ "Valparaíso (CL05)": the name for whoever reads, the code because a region and its city may share the name."""
    names = dict(Country.objects.filter(code__in=codes).values_list("code", "name"))
    names |= dict(Division.objects.filter(pcode__in=codes).values_list("pcode", "name"))
    return "\n".join(f"{names[code]} ({code})" if code in names else code for code in codes)


def to_areas(text: str) -> tuple[str, ...]:
    """Raises ValidationError for a place that is not there, or that shares its name with others: it says their codes."""
    return tuple(dict.fromkeys(_area(line) for line in _lines(text)))


def _area(line: str) -> str:
    coded = _CODE.search(line)
    if coded:
        code = coded[1] or coded[2]
        if Country.objects.filter(code=code).exists() or Division.objects.filter(pcode=code).exists():
            return code
        raise ValidationError(_("There is no part of a country with the code of “%(line)s”.") % {"line": line})
    served = Q(country__in=organisation().countries)
    found = [(code, name) for code, name in Country.objects.values_list("code", "name") if fold(name) == fold(line)]
    found += (
        Division.objects.filter(served, name_folded=fold(line)).order_by("level", "pcode").values_list("pcode", "name")
    )
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise ValidationError(_("There is no region, department or municipality called “%(line)s”.") % {"line": line})
    ways = ", ".join(f"{name} ({code})" for code, name in found[:6])
    raise ValidationError(_("Several are called “%(line)s”. Write one of: %(ways)s") % {"line": line, "ways": ways})


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
